from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ProjectIn(BaseModel):
    name: str = Field(min_length=1, max_length=60)


class ProjectOut(Out):
    id: int
    name: str


class TaskIn(BaseModel):
    title: str = Field(min_length=1, max_length=120)
    due: datetime | None = None
    project_id: int


class TaskChange(BaseModel):
    title: str | None = Field(default=None, min_length=1, max_length=120)
    done: bool | None = None


class LabelOut(Out):
    id: int
    name: str


class LabelIn(BaseModel):
    name: str = Field(min_length=1, max_length=40)


class TaskOut(Out):
    id: int
    title: str
    done: bool
    due: datetime | None
    project_id: int
