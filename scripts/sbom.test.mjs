import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectNode, root, run } from "./lib/run.mjs";

/** @returns {any} */
const readJson = (/** @type {string} */ path) => JSON.parse(readFileSync(join(root, path), "utf8"));

test("npm run sbom lists each production dependency with version, licence and hash, and no other package", async () => {
	const { ok, output } = await run(projectNode(), ["scripts/sbom.mjs"]);
	expect(ok, output).toBe(true);
	const sbom = JSON.parse(output);
	expect(sbom).toMatchObject({ bomFormat: "CycloneDX", metadata: { component: { name: "carhythm" } } });

	/** @type {Map<string, any>} */
	const components = new Map(sbom.components.map((/** @type {any} */ one) => [one["bom-ref"], one]));
	const { packages } = readJson("package-lock.json");
	const direct = ["core", "client", "server", "ui", "student"].flatMap((name) =>
		Object.entries(readJson(`packages/${name}/package.json`).dependencies ?? {}).map(
			([dependency, version]) => [dependency, version].join("@"),
		),
	);
	expect(direct.length).toBeGreaterThan(20);
	// pg is the one that npm's own --omit=dev forgets, because a development dependency needs it too.
	expect(direct).toContain(`pg@${packages["node_modules/pg"].version}`);
	for (const ref of direct) expect(components.has(ref), ref).toBe(true);

	for (const [ref, component] of components) {
		if (ref.startsWith("@carhythm/")) continue;
		expect(component, ref).toMatchObject({ licenses: [expect.anything()], hashes: [expect.anything()] });
		expect(packages[`node_modules/${component.name}`]?.dev, ref).toBeUndefined();
	}
	expect(components.has(`vitest@${readJson("package.json").devDependencies.vitest}`)).toBe(false);
	for (const { ref, dependsOn } of sbom.dependencies) {
		for (const other of [ref, ...dependsOn])
			expect(components.has(other) || other.startsWith("carhythm@")).toBe(true);
	}
});
