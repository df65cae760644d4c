import type { Defect } from '../defect.ts';
import {
  after,
  before,
  bookRoute,
  CUSTOMER,
  change,
  LIBRARY,
  PRODUCT,
  PROJECT,
  projectRoute,
  SHOP,
  TRACKER,
} from '../edits.ts';

/** Answers that cannot be made from what the database gave. */
export const ANSWERS: Defect[] = [
  {
    id: 'response-field-missing',
    title: 'the response model requires a field that the row has not',
    backend: 'tracker',
    shape: [
      after(
        TRACKER.schemas,
        'class ProjectOut(Out):\n    id: int\n    name: str\n',
        '\n\nclass ProjectBrief(Out):\n    id: int\n    name: str\n',
      ),
      change(
        TRACKER.projects,
        'import ProjectIn, ProjectOut\n',
        'import ProjectBrief, ProjectIn, ProjectOut\n',
      ),
      projectRoute(`@router.get("/brief", response_model=list[ProjectBrief])
async def brief(session: AsyncSession = Depends(get_session)):
    return (await session.scalars(select(Project).order_by(Project.id))).all()


`),
    ],
    defect: [
      change(
        TRACKER.schemas,
        'class ProjectBrief(Out):\n    id: int\n    name: str\n',
        'class ProjectBrief(Out):\n    id: int\n    title: str\n',
      ),
    ],
    shows: { check: 'clients', cause: /ResponseValidationError/ },
    asks: [PROJECT, 'GET /projects/brief 200'],
  },
  {
    id: 'null-in-response',
    title: 'the response model requires what the row may leave empty',
    backend: 'shop',
    defect: [
      change(
        SHOP.schemas,
        'class ProductOut(Out):\n    id: int\n    name: str\n    price: Decimal\n    note: str | None\n',
        'class ProductOut(Out):\n    id: int\n    name: str\n    price: Decimal\n    note: str\n',
      ),
    ],
    shows: { check: 'writes', cause: /ResponseValidationError/ },
    asks: [PRODUCT],
  },
  {
    id: 'not-from-attributes',
    title: 'a schema is made from a row without from_attributes',
    backend: 'tracker',
    catalogue: 'py-orm-mode',
    shape: [
      after(
        TRACKER.schemas,
        'class ProjectOut(Out):\n    id: int\n    name: str\n',
        '\n\nclass ProjectBrief(BaseModel):\n    model_config = ConfigDict(from_attributes=True)\n\n    name: str\n',
      ),
      change(
        TRACKER.projects,
        'import ProjectIn, ProjectOut\n',
        'import ProjectBrief, ProjectIn, ProjectOut\n',
      ),
      projectRoute(`@router.get("/brief")
async def brief(session: AsyncSession = Depends(get_session)):
    found = await session.scalars(select(Project).order_by(Project.id))
    return [ProjectBrief.model_validate(project) for project in found]


`),
    ],
    defect: [
      change(
        TRACKER.schemas,
        'class ProjectBrief(BaseModel):\n    model_config = ConfigDict(from_attributes=True)\n',
        'class ProjectBrief(BaseModel):\n    model_config = ConfigDict(orm_mode=True)\n',
      ),
    ],
    shows: {
      check: 'clients',
      cause: /Input should be a valid dictionary or instance of ProjectBrief|ValidationError/,
    },
    asks: [PROJECT, 'GET /projects/brief 200'],
  },
  {
    id: 'none-not-handled',
    title: 'a missing row is read as if it were there',
    backend: 'shop',
    shape: [
      before(
        SHOP.customers,
        '@router.delete("/{customer_id}"',
        `@router.get("/{customer_id}/greeting")
def greeting(customer_id: int, db: Session = Depends(get_db)):
    customer = found(db, customer_id)
    return {"text": f"Dear {customer.name}"}


`,
      ),
    ],
    defect: [
      change(
        SHOP.customers,
        '    customer = found(db, customer_id)\n    return {"text"',
        '    customer = db.get(Customer, customer_id)\n    return {"text"',
      ),
    ],
    shows: { check: 'routes', cause: /'NoneType' object has no attribute 'name'/ },
    asks: ['GET /customers/999/greeting 404'],
  },
  {
    id: 'optional-filter-required',
    title: 'an optional parameter that is not given reaches the statement as None',
    backend: 'library',
    shape: [
      bookRoute(`@router.get("/cheaper", response_model=list[BookOut])
async def cheaper(than: int | None = None, session: AsyncSession = Depends(get_session)):
    wanted = select(Book).where(Book.price < (than or 1000) * 1)
    return (await session.exec(wanted)).all()


`),
    ],
    defect: [change(LIBRARY.books, '(than or 1000) * 1)', 'than * 1)')],
    shows: { check: 'routes', cause: /unsupported operand type\(s\) for \*: 'NoneType' and 'int'/ },
    asks: ['GET /books/cheaper 200'],
  },
  {
    id: 'unknown-parent',
    title: 'a foreign key that a client makes up ends in an error of the server',
    backend: 'shop',
    defect: [
      change(
        SHOP.orders,
        '    if db.get(Customer, body.customer_id) is None:\n        raise HTTPException(404, "no such customer")\n',
        '',
      ),
    ],
    shows: { check: 'writes', cause: /violates foreign key constraint/ },
    asks: ['POST /orders {"quantity":1,"customer_id":999999} 404'],
  },
  {
    id: 'field-unknown-to-the-model',
    title: 'a request field that the model does not have reaches its constructor',
    backend: 'shop',
    shape: [
      change(
        SHOP.schemas,
        'class CustomerIn(BaseModel):\n    name: str',
        'class CustomerIn(BaseModel):\n    newsletter: bool = False\n    name: str',
      ),
      change(
        SHOP.customers,
        'Customer(**body.model_dump())',
        'Customer(**body.model_dump(exclude={"newsletter"}))',
      ),
    ],
    defect: [change(SHOP.customers, 'body.model_dump(exclude={"newsletter"})', 'body.model_dump()')],
    shows: { check: 'writes', cause: /'newsletter' is an invalid keyword argument for Customer/ },
    asks: [CUSTOMER],
  },
];
