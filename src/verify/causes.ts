/** What a known error at run time means: what to do about it, where the check itself can only say where it was seen. */
interface Cause {
  like: RegExp;
  next: string;
}

/**
 * From the particular to the general: the first that fits is taken. The texts are those of SQLAlchemy 1.4 to 2.1, asyncpg, psycopg,
 * sqlite3, FastAPI and Pydantic 2, matched loosely, since they differ from release to release.
 */
const CAUSES: readonly Cause[] = [
  {
    like: /MissingGreenlet/,
    next: 'Something is loaded when it is touched, which async code cannot: load it with the query (selectinload), refresh it after a commit, or make the factory with expire_on_commit=False.',
  },
  {
    like: /DetachedInstanceError/,
    next: 'Read it while its session is open, load the relationship with the query, or make the factory with expire_on_commit=False.',
  },
  {
    like: /can't subtract offset-naive and offset-aware|must have timezone information/,
    next: 'Column and value must agree: DateTime(timezone=True), with a migration, for datetimes that know their zone; naive ones for a column without.',
  },
  {
    like: /can't compare offset-naive and offset-aware/,
    next: 'Compare datetimes that both know their zone: datetime.now(timezone.utc).',
  },
  {
    like: /was never awaited/,
    next: 'Await what the line names.',
  },
  {
    like: /non-checked-in connection/,
    next: 'Close each session where its request ends: async with, or a dependency that yields inside it.',
  },
  {
    like: /attached to a different (event )?loop|Event loop is closed/,
    next: "An engine belongs to one event loop: use it in the server's only, and make another one (poolclass=NullPool) for another loop or thread.",
  },
  {
    like: /cannot be called from a running event loop/,
    next: 'Await the coroutine instead of asyncio.run.',
  },
  {
    like: /QueuePool limit/,
    next: 'Give connections back: close every session, and do not open a second one while the first still holds a connection.',
  },
  {
    like: /PendingRollbackError|rolled back due to a previous exception/,
    next: 'Roll back where the error is caught, and give each request a session of its own.',
  },
  {
    like: /IllegalStateChangeError|another operation is in progress|concurrent operations are not permitted/,
    next: 'Give each task a session, or a connection, of its own.',
  },
  {
    like: /A transaction is already begun/,
    next: 'The earlier query has begun it: use session.commit(), or begin before the first query.',
  },
  { like: /database is locked/, next: 'End each write transaction before another connection writes.' },
  {
    like: /unique\(\) method must be invoked/,
    next: 'Call .unique() on the result before .all().',
  },
  {
    like: /explicitly declared as text|Not an executable object/,
    next: 'Wrap the statement in text().',
  },
  {
    like: /tuple indices must be integers or slices, not str|cannot convert dictionary update sequence/,
    next: 'Read a row by attribute (row.name) or through row._mapping; entities come from .scalars().',
  },
  {
    like: /cannot insert multiple commands into a prepared statement/,
    next: 'Give asyncpg one statement at a time.',
  },
  {
    like: /invalid input value for enum/,
    next: "The type in the database has other values: SQLAlchemy writes the names of an Enum's members unless values_callable says otherwise.",
  },
  {
    like: /foreign key constraint|FOREIGN KEY constraint failed/i,
    next: 'Say what becomes of rows that refer to it (cascade, ondelete), check that the other row is there, or answer 409.',
  },
  {
    like: /violates unique constraint|UNIQUE constraint failed|Duplicate entry/i,
    next: 'Catch IntegrityError, roll back and answer 409; what a start adds, it must add only where it is missing.',
  },
  {
    like: /relation "[^"]+" does not exist|no such table|UndefinedTable/,
    next: 'Create the table: import its model before create_all, or write the migration.',
  },
];

/** What to do about the error that a piece of evidence names, or undefined where it is none of the known ones. */
export function adviceOn(evidence: string): string | undefined {
  return CAUSES.find(({ like }) => like.test(evidence))?.next;
}
