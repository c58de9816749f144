"""The evidence chain as rows: links, the contents they seal, the heads that were published."""

from django.db import models

from shuangkong.store.append_only import AppendOnly


class ChainContent(AppendOnly):
    """What an act sealed, by its digest (存证内容)."""

    digest = models.CharField(primary_key=True, max_length=80)
    content = models.BinaryField()


class ChainLink(AppendOnly):
    """One link of the chain (链环); `sealed` holds its canonical bytes, the other columns serve to find it."""

    index = models.BigIntegerField(primary_key=True)
    digest = models.CharField(max_length=80, unique=True)
    sealed = models.BinaryField()
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    actor = models.CharField(max_length=120)
    organisation = models.CharField(max_length=40)
    reason = models.TextField(blank=True)
    content_digest = models.CharField(max_length=80)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "index"]), models.Index(fields=["kind", "index"])]


class PublishedHead(AppendOnly):
    """A head of the chain as it went out on an approval sheet (公布的链头)."""

    day = models.DateField()
    digest = models.CharField(max_length=80, unique=True)
    sealed = models.BinaryField()
    count = models.BigIntegerField()
    recorded_at = models.DateTimeField()
