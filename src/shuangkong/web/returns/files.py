"""Files of a return: the template, what was filled in away from the screen, scanned pages."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from shuangkong.access.roles import Permission
from shuangkong.services import filing_uploads
from shuangkong.services.attachments import attach_file, open_attachment
from shuangkong.web.page import language_of
from shuangkong.web.returns.asked import file_in
from shuangkong.web.security.logged import hands_out
from shuangkong.web.security.policies import policy

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def handed(content: bytes, *, name: str, media_type: str) -> HttpResponse:
    """Return a file to be saved, never shown or run within our pages."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@policy(Permission.RETURN_FILE)
@require_POST
@hands_out
def template(request: HttpRequest, filing: int) -> HttpResponse:
    """Hand out the template, filled as far as the return is (下载模板); sealed, and therefore no GET."""
    name, content = filing_uploads.template_of(filing_id=filing, who=request.member, language=language_of(request))
    return handed(content, name=name, media_type=_WORKBOOK)


@policy(Permission.RETURN_FILE)
@require_POST
def upload(request: HttpRequest, filing: int) -> HttpResponse:
    """Show what a workbook would do, and write nothing (上传预检)."""
    name, content = file_in(request)
    told = filing_uploads.try_workbook(filing_id=filing, version=request.POST.get("version", ""), name=name, content=content, who=request.member)
    return render(request, "returns/dry_run.html", {"run": told})


@policy(Permission.RETURN_FILE)
@require_POST
def paste(request: HttpRequest, filing: int) -> HttpResponse:
    """Show what a pasted block would do, and write nothing (粘贴预检)."""
    table, _, rest = request.POST.get("at", "").partition(".")
    row, _, column = rest.partition(".")
    told = filing_uploads.try_paste(
        filing_id=filing, version=request.POST.get("version", ""), table=table, row=row, column=column, text=request.POST.get("text", ""), who=request.member
    )
    return render(request, "returns/dry_run.html", {"run": told})


@policy(Permission.RETURN_FILE)
@require_POST
def apply(request: HttpRequest, filing: int) -> HttpResponse:
    """Write what the dry run showed (应用上传)."""
    saved = filing_uploads.apply_upload(filing_id=filing, ticket=request.POST.get("ticket", ""), who=request.member)
    language = language_of(request)
    if saved.clashes:
        names = "、".join(f"{one.key}（{one.who}：{one.text or '清空'}）" for one in saved.clashes[:10])
        messages.error(request, f"预检之后他人改过 {len(saved.clashes)} 格，未写入：{names}。请重新上传" if language == "zh" else f"{len(saved.clashes)} cells were changed by others meanwhile; nothing was written: {names}. Upload again")
    else:
        messages.success(request, f"已写入 {len(saved.saved)} 格" if language == "zh" else f"{len(saved.saved)} cells written")
        for key, fault in list(saved.faults.items())[:10]:
            messages.error(request, f"{key} {fault.line(language)}")
    return HttpResponseRedirect(reverse("return", args=[filing]))


@policy(Permission.RETURN_FILE)
@require_POST
@hands_out
def rejects(request: HttpRequest, filing: int) -> HttpResponse:
    """Hand out the workbook of what could not be taken (未通过清单)."""
    content = filing_uploads.rejects_of(filing_id=filing, ticket=request.POST.get("ticket", ""), who=request.member)
    return handed(content, name="未通过清单.xlsx", media_type=_WORKBOOK)


@policy(Permission.RETURN_FILE)
@require_POST
def attach(request: HttpRequest, filing: int) -> HttpResponse:
    """Attach a scanned page (上传附件)."""
    name, content = file_in(request)
    attach_file(filing_id=filing, name=name, content=content, who=request.member)
    messages.success(request, "附件已上传" if language_of(request) == "zh" else "Attached")
    return HttpResponseRedirect(f"{reverse('return', args=[filing])}#attachments")


@policy(Permission.FIGURES_READ)
@require_POST
@hands_out
def download(request: HttpRequest, attachment: int) -> HttpResponse:
    """Hand out an attachment (下载附件)."""
    told = open_attachment(attachment_id=attachment, who=request.member)
    return handed(told.content, name=told.name, media_type=told.media_type)
