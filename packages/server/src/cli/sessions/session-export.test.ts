import { readFileSync, statSync } from "node:fs";
import { sessionPage } from "@carhythm/core";
import { expect, test } from "vitest";
import { aSchool } from "../../testing/stores/a-school.ts";

test("session export writes what is stored of one session as JSON and as a page, and is recorded", async () => {
	await using school = await aSchool();
	const { session_id, display_id } = await school.start();
	await school.essay(session_id, '<script>alert(1)</script> متعب & "tired"');
	const [out, page] = [school.folder.file("own.json"), school.folder.file("own.html")];
	const done = await school.run("session", "export", display_id, "--out", out, "--page", page);
	expect(done).toMatchObject({ code: 0, stdout: "", stderr: `Wrote ${out}.\nWrote ${page}.\n` });
	const exported = JSON.parse(readFileSync(out, "utf8"));
	expect(exported).toMatchObject({
		session: { display_id },
		answers: [{ answer: { text: '<script>alert(1)</script> متعب & "tired"' } }],
	});
	const html = readFileSync(page, "utf8");
	expect(html).toContain("&#60;script&#62;alert(1)&#60;/script&#62; متعب &#38; &#34;tired&#34;");
	expect(html).not.toContain("<script");
	for (const file of [out, page]) {
		expect(statSync(file).mode & 0o077).toBe(0);
		expect(readFileSync(file, "utf8")).not.toContain(session_id);
	}
	expect(await school.run("session", "export", display_id, "--out", out)).toMatchObject({ code: 4 });
	const log = await school.run("audit", "list", "--json");
	expect(JSON.parse(log.stdout)).toMatchObject([{ action: "session.export", target: display_id }]);

	const arabic = sessionPage({ ...exported, session: { ...exported.session, language: "ar" } });
	expect(arabic).toContain('<html lang="ar" dir="rtl">');
	expect(arabic).toContain("إجاباتك");
}, 120_000);
