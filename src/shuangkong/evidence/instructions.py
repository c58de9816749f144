"""The page of instructions that lies in every bundle: what it holds, and how to check it with or without this software."""

from collections.abc import Sequence

from shuangkong.kernel.language import Words

_TEXT = """{title_zh}
存证包 / Evidence bundle: {title_en}
{marks}
一、里面有什么
  contents/          存证的内容原文
  links.jsonl        链环，每行一环：谁、以什么岗位、何时、对什么、做了什么，内容的摘要，前一环的摘要，本环的摘要
  heads.jsonl        各日公布的链头：链环数、末环摘要、存证树的根；“digest”即审批单上的公布值
  proofs/            每一环属于最新链头的包含证明；相邻链头之间的一致性证明
  manifest.json      本包说明和各部件的摘要（算法写在每个摘要之前）；seal.txt 是 manifest.json 的摘要

二、怎样验证（不需要网络、数据库和任何账号）
  shuangkong evidence verify 本文件 --head 审批单上的公布值
  不给 --head 只能证明包内自洽；与另行公布的链头一致，才能证明从未被整体改写。

三、不用本软件也能验证
  1. 对 contents/ 中的文件计算摘要（如 sha256sum），与 links.jsonl 的 act.content 比对；内容若是案卷目录（format 为
     shuangkong-docket-1），再与目录所列各文件比对。
  2. 链环摘要 = 摘要(规范形式({{"act","format":"shuangkong-link-1","index","previous"}}))；每环的 previous 等于前一环的 digest。
     规范形式：UTF-8 的 JSON，无空白，键按码位升序。
  3. 叶 = 摘要(00 ‖ 链环 digest 的印刷形式)，节点 = 摘要(01 ‖ 左 ‖ 右)；左子树取小于叶数的最大的 2 的幂，根与 heads.jsonl 比对。

1. What is inside
  contents/          what was sealed, as it was
  links.jsonl        one link a line: who, in which post, when, to what, did what; digests of the content, the link before and the link
  heads.jsonl        the heads published by day: number of links, digest of the last, root of the tree; "digest" is the line on the approval sheet
  proofs/            for each link, that the newest head covers it; for neighbouring heads, that the later only adds to the earlier
  manifest.json      what this bundle is, with the digest of every part, the algorithm before each; seal.txt is the digest of manifest.json

2. How to verify it (no network, database or account)
  shuangkong evidence verify THIS_FILE --head DIGEST_ON_THE_APPROVAL_SHEET
  Without --head only the inside is shown to agree with itself; agreement with a head published elsewhere shows that nothing was rewritten.

3. Without this software
  1. Compute the digest of the files in contents/ (sha256sum, say) and compare with act.content in links.jsonl; where the content is a
     docket (format shuangkong-docket-1), compare the files it lists too.
  2. Digest of a link = digest(canonical({{"act","format":"shuangkong-link-1","index","previous"}})); previous equals the digest of the link
     before. Canonical: JSON in UTF-8, no spaces, keys rising by code point.
  3. Leaf = digest(00 ‖ printed digest of the link), node = digest(01 ‖ left ‖ right); the left subtree takes the largest power of two
     below the number of leaves. Compare the root with heads.jsonl.
"""


def instructions(title: Words, marks: Sequence[str]) -> bytes:
    """Return the page (说明)."""
    marked = f"\n【{'、'.join(marks)}】\n" if marks else ""
    return _TEXT.format(title_zh=title.zh, title_en=title.en, marks=marked).encode("utf-8")
