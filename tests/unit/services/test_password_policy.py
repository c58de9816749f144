"""What a good password is (口令检查)."""

import pytest

from shuangkong.services.passwords import faults_of


@pytest.mark.parametrize(
    "password",
    ["tractor-umbrella-lantern", "河边三只白鹭在等雨停下来", "kT9#vQx2!mLpR7wz", "correct horse battery staple", "twelvechars1"],
)
def test_good_ones_pass(password: str) -> None:
    assert faults_of(password, sign_in_name="wang.fang", full_name="王芳") == ()


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("", "少于 12 个字符"), ("elevenchars", "少于 12 个字符"), ("x" * 129, "多于 128 个字符"), ("ababababababab", "不同的字符少于 6 个"),
        ("wang.fang-2026-lantern", "含有登录名或姓名"), ("lantern-gnaf.gnaw-2026", "含有登录名或姓名"), ("我是王芳今天天气不错哈哈", "含有登录名或姓名"),
        ("password123456", "由常见词、数字或符号组成"), ("P@ssw0rd!2026#", "由常见词、数字或符号组成"), ("123456789012345", "由常见词、数字或符号组成"),
        ("qwertyuiop1234", "由常见词、数字或符号组成"), ("Admin@zhumadian2026", "由常见词、数字或符号组成"), ("驻马店双控管理员密码2026", "由常见词、数字或符号组成"),
        ("ｐａｓｓｗｏｒｄ１２３４", "由常见词、数字或符号组成"), ("20260302!@#$%^&*", "由常见词、数字或符号组成"),
    ],
)  # fmt: skip
def test_bad_ones_are_told_why(password: str, rule: str) -> None:
    faults = faults_of(password, sign_in_name="wang.fang", full_name="王芳")
    assert rule in [fault.rule.zh for fault in faults]


def test_no_fault_repeats_the_password() -> None:
    for password in ("hunter2", "password123456", "wang.fang"):
        assert all(fault.value == "" and password not in fault.line() + fault.line("en") for fault in faults_of(password, sign_in_name="wang.fang"))
