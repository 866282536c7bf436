import { generate } from "selfsigned";

let made: Promise<{ key: string; cert: string }> | null = null;

/** A certificate that no browser trusts by itself; made once a process. */
export function testCertificate(): Promise<{ key: string; cert: string }> {
	made ??= generate([{ name: "commonName", value: "school.test" }], { keySize: 2048 }).then(
		({ private: key, cert }) => ({ key, cert }),
	);
	return made;
}
