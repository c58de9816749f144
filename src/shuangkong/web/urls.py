"""All pages."""

from django.urls import path

from shuangkong.web import health
from shuangkong.web.board import views as board
from shuangkong.web.people import views as people
from shuangkong.web.returns import views as returns

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("", board.show_board, name="board"),
    path("targets/<str:target>", board.show_target, name="target"),
    path("sign-in", people.show_sign_in, name="sign-in"),
    path("sign-in/<str:token>", people.use_link, name="use-link"),
    path("sign-out", people.leave, name="sign-out"),
    path("work", returns.show_work, name="my-work"),
    path("returns", returns.show_returns, name="returns"),
    path("returns/open", returns.open_return, name="open-return"),
    path("returns/<int:filing>", returns.show_return, name="return"),
    path("returns/<int:filing>/cells", returns.save_cells, name="save-cells"),
    path("returns/<int:filing>/act", returns.act, name="act-on-return"),
]
handler404 = "shuangkong.web.refusals.not_found"
handler500 = "shuangkong.web.refusals.failed"
