import pytest
from fastapi.testclient import TestClient

from tracker.main import app


@pytest.fixture
def client():
    with TestClient(app) as client:
        yield client


def test_a_task_belongs_to_a_project(client):
    project = client.post("/projects", json={"name": "Garden"}).json()
    task = client.post("/tasks", json={"title": "Dig", "project_id": project["id"]})
    assert task.status_code == 201
    assert client.get(f"/tasks/{task.json()['id']}").json()["done"] is False
