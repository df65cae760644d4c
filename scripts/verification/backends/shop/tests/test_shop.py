import uuid

import pytest
from fastapi.testclient import TestClient

from shop.main import app


@pytest.fixture
def client():
    with TestClient(app) as client:
        yield client


def test_an_address_is_taken_once(client):
    body = {"name": "Ida", "email": f"{uuid.uuid4()}@example.com"}
    assert client.post("/customers", json=body).status_code == 201
    assert client.post("/customers", json=body).status_code == 409


def test_an_order_needs_a_customer(client):
    assert client.post("/orders", json={"quantity": 1, "customer_id": 999999}).status_code == 404
