import { createContext } from "preact";

/** True below an island, where other islands are ordinary components; a slot's content is outside again. */
export const InsideIsland = createContext(false);
