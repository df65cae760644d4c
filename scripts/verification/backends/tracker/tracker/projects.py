from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tracker.database import get_session
from tracker.models import Project
from tracker.schemas import ProjectIn, ProjectOut

router = APIRouter(prefix="/projects", tags=["projects"])


async def found(session: AsyncSession, project_id: int) -> Project:
    project = await session.get(Project, project_id)
    if project is None:
        raise HTTPException(404, "no such project")
    return project


@router.get("", response_model=list[ProjectOut])
async def list_projects(session: AsyncSession = Depends(get_session)):
    return (await session.scalars(select(Project).order_by(Project.id))).all()


@router.post("", response_model=ProjectOut, status_code=201)
async def create_project(body: ProjectIn, session: AsyncSession = Depends(get_session)):
    project = Project(name=body.name)
    session.add(project)
    await session.commit()
    return project


@router.get("/{project_id}", response_model=ProjectOut)
async def read_project(project_id: int, session: AsyncSession = Depends(get_session)):
    return await found(session, project_id)


@router.put("/{project_id}", response_model=ProjectOut)
async def rename_project(project_id: int, body: ProjectIn, session: AsyncSession = Depends(get_session)):
    project = await found(session, project_id)
    project.name = body.name
    await session.commit()
    return project


@router.delete("/{project_id}", status_code=204)
async def delete_project(project_id: int, session: AsyncSession = Depends(get_session)):
    project = await found(session, project_id)
    await session.delete(project)
    await session.commit()
