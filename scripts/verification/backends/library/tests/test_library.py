import pytest
from fastapi.testclient import TestClient

from app.main import app


@pytest.fixture
def client():
    with TestClient(app) as client:
        yield client


def test_an_author_can_be_read_again(client):
    made = client.post("/authors", json={"name": "Ursula"})
    assert made.status_code == 201
    assert client.get(f"/authors/{made.json()['id']}").json()["name"] == "Ursula"


def test_a_book_needs_an_author(client):
    body = {"title": "Nowhere", "isbn": "000-0", "price": "9.50", "author_id": 999999}
    assert client.post("/books", json=body).status_code == 404
