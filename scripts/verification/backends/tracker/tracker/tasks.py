from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tracker.database import get_session
from tracker.models import Project, Task
from tracker.schemas import TaskChange, TaskIn, TaskOut

router = APIRouter(prefix="/tasks", tags=["tasks"])


async def found(session: AsyncSession, task_id: int) -> Task:
    task = await session.get(Task, task_id)
    if task is None:
        raise HTTPException(404, "no such task")
    return task


@router.get("", response_model=list[TaskOut])
async def list_tasks(session: AsyncSession = Depends(get_session)):
    return (await session.scalars(select(Task).order_by(Task.id))).all()


@router.post("", response_model=TaskOut, status_code=201)
async def create_task(body: TaskIn, session: AsyncSession = Depends(get_session)):
    if await session.get(Project, body.project_id) is None:
        raise HTTPException(404, "no such project")
    task = Task(**body.model_dump())
    session.add(task)
    await session.commit()
    return task


@router.get("/{task_id}", response_model=TaskOut)
async def read_task(task_id: int, session: AsyncSession = Depends(get_session)):
    return await found(session, task_id)


@router.patch("/{task_id}", response_model=TaskOut)
async def change_task(task_id: int, body: TaskChange, session: AsyncSession = Depends(get_session)):
    task = await found(session, task_id)
    for name, value in body.model_dump(exclude_unset=True, exclude_none=True).items():
        setattr(task, name, value)
    await session.commit()
    return task


@router.delete("/{task_id}", status_code=204)
async def delete_task(task_id: int, session: AsyncSession = Depends(get_session)):
    task = await found(session, task_id)
    await session.delete(task)
    await session.commit()
