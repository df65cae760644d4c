import type { Defect } from '../defect.ts';
import {
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
    shows: { check: 'clients', cause: /Object of type Decimal is not JSON serializable/ },
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
        '    name: str\n    country: str | None = None\n',
        '    name: str\n    country: str | None = None\n    language: str | None = Field(default=None, max_length=2)\n',
      ),
      change(
        LIBRARY.schemas,
        'class AuthorIn(BaseModel):\n',
        'class AuthorIn(BaseModel):\n    language: str | None = Field(default=None, max_length=2)\n',
      ),
    ],
    defect: [
      change(
        LIBRARY.schemas,
        'class AuthorIn(BaseModel):\n    language: str | None = Field(default=None, max_length=2)\n',
        'class AuthorIn(BaseModel):\n    language: str | None = None\n',
      ),
    ],
    shows: { check: 'writes', cause: /value too long for type character varying\(2\)/ },
    asks: [
      'POST /authors {"name":"Ann","language":"no"} 201',
      'POST /authors {"name":"Ann","language":"Norwegian"} 422',
    ],
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
