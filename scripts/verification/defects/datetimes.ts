import type { Defect } from '../defect.ts';
import { AUTHOR, BOOK, before, bookRoute, change, LIBRARY } from '../edits.ts';

/** Instants with and without their zone. */
export const DATETIMES: Defect[] = [
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
    shows: { check: 'clients', cause: /can't compare offset-naive and offset-aware/ },
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
];
