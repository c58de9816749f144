"""What is not there is said in our own words, to whoever asks."""

from django.test import Client


def test_an_unknown_address_says_what_to_do(small_city: None) -> None:
    told = Client().get("/nowhere")
    assert told.status_code == 404
    assert "不存在或已移走" in told.content.decode()
    assert Client(headers={"accept": "application/json"}).get("/nowhere").json()["faults"]
