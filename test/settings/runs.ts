/** How many random cases a property is tried on; FIX_BACKEND_RUNS=20000 looks longer. */
export const RUNS = { numRuns: Number(process.env.FIX_BACKEND_RUNS ?? 300) };
