import { describe, expect, it } from "vitest";
import { isSameInstall } from "./install.mjs";

const wanted = {
	packages: {
		"": {},
		"node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
		"node_modules/@carhythm/core": { resolved: "packages/core" },
		"node_modules/a-for-another-system": { version: "1.0.0", optional: true },
	},
};
const { "": _root, "node_modules/a-for-another-system": _optional, ...installed } = wanted.packages;

describe("whether the dependencies are installed", () => {
	it("is so when everything that this system needs is there", () => {
		expect(isSameInstall(wanted, { packages: installed })).toBe(true);
	});

	it("is not so after a change of version or content, or when something is missing", () => {
		const a = "node_modules/a";
		expect(isSameInstall(wanted, { packages: { ...installed, [a]: { version: "1.0.1" } } })).toBe(false);
		expect(
			isSameInstall(wanted, { packages: { ...installed, [a]: { version: "1.0.0", integrity: "sha512-b" } } }),
		).toBe(false);
		const { [a]: _gone, ...rest } = installed;
		expect(isSameInstall(wanted, { packages: rest })).toBe(false);
		expect(isSameInstall(wanted, {})).toBe(false);
	});
});
