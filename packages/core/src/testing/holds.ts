import * as fc from "fast-check";

/** Checks a property that is not asynchronous: `fc.assert` alone looks like a promise that is never awaited. */
export function holds<T>(property: fc.IProperty<T>, parameters?: fc.Parameters<T>): void {
	void fc.assert(property, parameters);
}
