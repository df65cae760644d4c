import type { Defect } from '../defect.ts';
import {
  AUTHOR,
  BOOK,
  before,
  bookRoute,
  CUSTOMER,
  change,
  LIBRARY,
  ORDER,
  PRODUCT,
  PROJECT,
  reportRoute,
  SHOP,
  TRACKER,
} from '../edits.ts';

/** Values that the driver, the column or the encoder does not take. */
export const TYPES: Defect[] = [
  {
    id: 'aware-into-naive-column',
    title: 'an aware datetime is written to a column without a time zone',
    backend: 'library',
    catalogue: 'py-asyncpg-aware-datetime',
    defect: [
      change(
        LIBRARY.models,
        '    country: str | None = None\n    created_at: datetime = Field(default_factory=now, sa_column=Column(DateTime(timezone=True), nullable=False))\n',
        '    country: str | None = None\n    created_at: datetime = Field(default_factory=now, sa_column=Column(DateTime(), nullable=False))\n',
      ),
    ],
    shows: { check: 'writes', cause: /offset-naive and offset-aware/ },
    asks: [AUTHOR],
  },
  {
    id: 'naive-into-aware-column',
    title: 'a naive datetime is given where the type of the column wants an aware one',
    backend: 'library',
    catalogue: 'py-asyncpg-aware-datetime',
    shape: [
      change(
        LIBRARY.models,
        'class Book(SQLModel, table=True):\n',
        `class Visit(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    visitor: str
    at: datetime = Field(default_factory=now)


class Book(SQLModel, table=True):
`,
      ),
      change(LIBRARY.authors, 'import Author, Book\n', 'import Author, Book, Visit\n'),
      change(
        LIBRARY.authors,
        'from fastapi import',
        'from datetime import datetime, timezone\n\nfrom fastapi import',
      ),
      before(
        LIBRARY.authors,
        '@router.get("/{author_id}", response_model=AuthorOut)\n',
        `@router.post("/visits", status_code=201)
async def note_visit(visitor: str, session: AsyncSession = Depends(get_session)) -> dict[str, str]:
    visit = Visit(visitor=visitor, at=datetime.now(timezone.utc))
    session.add(visit)
    await session.commit()
    return {"visitor": visit.visitor}


`,
      ),
    ],
    defect: [
      change(LIBRARY.authors, 'from datetime import datetime, timezone\n', 'from datetime import datetime\n'),
      change(LIBRARY.authors, 'datetime.now(timezone.utc)', 'datetime.utcnow()'),
    ],
    shows: { check: 'writes', cause: /naive|timezone/ },
    asks: ['POST /authors/visits?visitor=Bo 201'],
  },
  {
    id: 'datetimes-compared',
    title: 'a naive datetime is compared with the aware one from the database',
    backend: 'library',
    catalogue: 'py-asyncpg-aware-datetime',
    shape: [
      change(
        LIBRARY.books,
        'from fastapi import',
        'from datetime import datetime, timedelta, timezone\n\nfrom fastapi import',
      ),
      bookRoute(`@router.get("/recent", response_model=list[BookOut])
async def recent(session: AsyncSession = Depends(get_session)):
    since = datetime.now(timezone.utc) - timedelta(days=30)
    return [book for book in (await session.exec(select(Book))).all() if book.added_at > since]


`),
    ],
    defect: [
      change(LIBRARY.books, 'timedelta, timezone\n', 'timedelta\n'),
      change(LIBRARY.books, 'datetime.now(timezone.utc)', 'datetime.now()'),
    ],
    shows: { check: 'writes', cause: /can't compare offset-naive and offset-aware/ },
    asks: [AUTHOR, BOOK, 'GET /books/recent 200 ~ One'],
  },
  {
    id: 'aware-from-client',
    title: 'a client gives the time with its zone, the column has none',
    backend: 'library',
    catalogue: 'py-asyncpg-aware-datetime',
    shape: [
      change(
        LIBRARY.models,
        '    author_id: int = Field(foreign_key="author.id")\n',
        '    due_back: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))\n    author_id: int = Field(foreign_key="author.id")\n',
      ),
      change(
        LIBRARY.schemas,
        '    shelf: Shelf | None = None\n    summary: str | None = None\n',
        '    shelf: Shelf | None = None\n    summary: str | None = None\n    due_back: datetime | None = None\n',
      ),
    ],
    defect: [
      change(
        LIBRARY.models,
        'due_back: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))',
        'due_back: datetime | None = Field(default=None, sa_column=Column(DateTime()))',
      ),
    ],
    shows: { check: 'writes', cause: /offset-naive and offset-aware/ },
    asks: [AUTHOR, BOOK, 'PATCH /books/1 {"due_back":"2030-01-01T12:00:00Z"} 200'],
  },
  {
    id: 'text-for-a-timestamp',
    title: 'asyncpg gets a text where the statement compares a timestamp',
    backend: 'library',
    catalogue: 'py-asyncpg-strict-types',
    shape: [
      before(LIBRARY.books, 'from sqlmodel import select\n', 'from sqlalchemy import text\n'),
      change(LIBRARY.books, 'from fastapi import', 'from datetime import datetime\n\nfrom fastapi import'),
      bookRoute(`@router.get("/added-since/{day}")
async def added_since(day: datetime, session: AsyncSession = Depends(get_session)) -> list[str]:
    found = await session.connection()
    rows = await found.execute(text("SELECT title FROM book WHERE added_at >= :day"), {"day": day})
    return [row.title for row in rows]


`),
    ],
    defect: [
      change(LIBRARY.books, 'from datetime import datetime\n\n', ''),
      change(LIBRARY.books, '(day: datetime, ', '(day: str, '),
    ],
    shows: { check: 'routes', cause: /expected a datetime\.date or datetime\.datetime instance/ },
    asks: ['GET /books/added-since/2024-01-01T00:00:00Z 200'],
  },
  {
    id: 'text-for-a-number',
    title: 'asyncpg gets the text of a path where the statement wants a number',
    backend: 'library',
    catalogue: 'py-asyncpg-strict-types',
    shape: [
      before(LIBRARY.books, 'from sqlmodel import select\n', 'from sqlalchemy import text\n'),
      bookRoute(`@router.get("/by-author/{author}")
async def by_author(author: int, session: AsyncSession = Depends(get_session)) -> list[str]:
    found = await session.connection()
    rows = await found.execute(text("SELECT title FROM book WHERE author_id = :author"), {"author": author})
    return [row.title for row in rows]


`),
    ],
    defect: [change(LIBRARY.books, '(author: int, ', '(author: str, ')],
    shows: { check: 'routes', cause: /'str' object cannot be interpreted as an integer/ },
    asks: ['GET /books/by-author/1 200'],
  },
  {
    id: 'decimal-in-json-response',
    title: 'a Decimal is given to a JSONResponse that is made by hand',
    backend: 'shop',
    shape: [
      change(
        SHOP.products,
        'import APIRouter, Depends, HTTPException\n',
        'import APIRouter, Depends, HTTPException\nfrom fastapi.responses import JSONResponse\n',
      ),
      before(
        SHOP.products,
        '@router.patch("/{product_id}"',
        `@router.get("/{product_id}/price")
def price(product_id: int, db: Session = Depends(get_db)):
    return JSONResponse({"price": str(found(db, product_id).price)})


`,
      ),
    ],
    defect: [change(SHOP.products, 'str(found(db, product_id).price)', 'found(db, product_id).price')],
    shows: { check: 'writes', cause: /Object of type Decimal is not JSON serializable/ },
    asks: [PRODUCT, 'GET /products/1/price 200'],
  },
  {
    id: 'uuid-in-json-column',
    title: 'a UUID is put into a JSON column',
    backend: 'shop',
    shape: [
      change(SHOP.products, 'from fastapi import', 'import uuid\n\nfrom fastapi import'),
      change(
        SHOP.products,
        'Product(**body.model_dump())',
        'Product(**body.model_dump(), tags={"batch": str(uuid.uuid4())})',
      ),
    ],
    defect: [change(SHOP.products, 'str(uuid.uuid4())', 'uuid.uuid4()')],
    shows: { check: 'writes', cause: /Object of type UUID is not JSON serializable/ },
    asks: [PRODUCT],
  },
  {
    id: 'enum-value-unknown-to-database',
    title: 'a statement compares an enumeration with a value that the type in the database does not have',
    backend: 'shop',
    shape: [
      reportRoute(`@router.get("/open")
def open_orders(db: Session = Depends(get_db)):
    rows = db.execute(text("SELECT id FROM orders WHERE status = 'open'"))
    return [row.id for row in rows]


`),
    ],
    defect: [change(SHOP.reports, "status = 'open'", "status = 'OPEN'")],
    shows: { check: 'routes', cause: /invalid input value for enum order_status: "OPEN"/ },
    asks: ['GET /reports/open 200'],
  },
  {
    id: 'enum-names-and-values',
    title: 'the migration made the enumeration from the values, the model writes the names',
    backend: 'shop',
    shape: [
      change(
        SHOP.models,
        '    open = "open"\n    paid = "paid"\n    shipped = "shipped"\n',
        '    OPEN = "open"\n    PAID = "paid"\n    SHIPPED = "shipped"\n',
      ),
      change(
        SHOP.models,
        'Enum(Status, name="order_status"), default=Status.open)',
        'Enum(Status, name="order_status", values_callable=lambda kind: [one.value for one in kind]), default=Status.OPEN)',
      ),
      change(SHOP.schemas, 'Status = Status.open\n', 'Status = Status.OPEN\n'),
    ],
    defect: [change(SHOP.models, ', values_callable=lambda kind: [one.value for one in kind])', ')')],
    shows: { check: 'writes', cause: /invalid input value for enum order_status/ },
    asks: [CUSTOMER, ORDER],
  },
  {
    id: 'text-longer-than-its-column',
    title: 'the schema lets in texts that the column is too short for',
    backend: 'library',
    shape: [
      change(
        LIBRARY.models,
        'from sqlalchemy import Column, DateTime\n',
        'from sqlalchemy import Column, DateTime, String\n',
      ),
      change(
        LIBRARY.models,
        '    name: str\n    country: str | None = None\n',
        '    name: str\n    country: str | None = Field(default=None, sa_column=Column(String(2)))\n',
      ),
      change(
        LIBRARY.schemas,
        'class AuthorIn(BaseModel):\n    name: str = Field(min_length=1, max_length=80)\n    country: str | None = None\n',
        'class AuthorIn(BaseModel):\n    name: str = Field(min_length=1, max_length=80)\n    country: str | None = Field(default=None, max_length=2)\n',
      ),
      change(
        LIBRARY.schemas,
        'class AuthorChange(BaseModel):\n    name: str | None = Field(default=None, min_length=1, max_length=80)\n    country: str | None = None\n',
        'class AuthorChange(BaseModel):\n    name: str | None = Field(default=None, min_length=1, max_length=80)\n    country: str | None = Field(default=None, max_length=2)\n',
      ),
    ],
    defect: [
      change(
        LIBRARY.schemas,
        'class AuthorIn(BaseModel):\n    name: str = Field(min_length=1, max_length=80)\n    country: str | None = Field(default=None, max_length=2)\n',
        'class AuthorIn(BaseModel):\n    name: str = Field(min_length=1, max_length=80)\n    country: str | None = None\n',
      ),
    ],
    shows: { check: 'writes', cause: /value too long for type character varying\(2\)/ },
    asks: ['POST /authors {"name":"Ann"} 201', 'POST /authors {"name":"Ann","country":"Norway"} 422'],
  },
  {
    id: 'json-changed-in-place',
    title: 'a JSON column is changed in place and the change is never written',
    backend: 'tracker',
    shape: [
      change(
        TRACKER.models,
        'from sqlalchemy.orm import',
        'from sqlalchemy.ext.mutable import MutableDict\nfrom sqlalchemy.orm import',
      ),
      change(
        TRACKER.models,
        'mapped_column(JSON, default=dict)',
        'mapped_column(MutableDict.as_mutable(JSON), default=dict)',
      ),
      change(
        TRACKER.schemas,
        'class ProjectOut(Out):\n    id: int\n    name: str\n',
        'class ProjectOut(Out):\n    id: int\n    name: str\n    options: dict[str, str]\n\n\nclass OptionsIn(BaseModel):\n    options: dict[str, str]\n',
      ),
      change(TRACKER.projects, 'import ProjectIn, ProjectOut\n', 'import OptionsIn, ProjectIn, ProjectOut\n'),
      change(TRACKER.projects, 'Project(name=body.name)', 'Project(name=body.name, options={})'),
      before(
        TRACKER.projects,
        '@router.delete("/{project_id}"',
        `@router.patch("/{project_id}", response_model=ProjectOut)
async def set_options(project_id: int, body: OptionsIn, session: AsyncSession = Depends(get_session)):
    project = await found(session, project_id)
    project.options.update(body.options)
    await session.commit()
    return project


`,
      ),
    ],
    defect: [
      change(TRACKER.models, 'from sqlalchemy.ext.mutable import MutableDict\n', ''),
      change(TRACKER.models, 'MutableDict.as_mutable(JSON)', 'JSON'),
    ],
    shows: { check: 'writes', cause: /options/ },
    asks: [PROJECT, 'PATCH /projects/1 {"options":{"colour":"red"}} 200 ~ red', 'GET /projects/1 200 ~ red'],
  },
];
