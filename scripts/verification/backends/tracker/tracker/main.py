from contextlib import asynccontextmanager

from fastapi import FastAPI

from tracker import labels, projects, tasks
from tracker.database import create_tables, engine


@asynccontextmanager
async def lifespan(app: FastAPI):
    await create_tables()
    yield
    await engine.dispose()


app = FastAPI(title="Tracker", lifespan=lifespan)
app.include_router(projects.router)
app.include_router(tasks.router)
app.include_router(labels.router)


@app.get("/health")
async def health():
    return {"status": "healthy"}
