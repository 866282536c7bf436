import preact from "@preact/preset-vite";
import { defineConfig } from "vite";

export default defineConfig({
	plugins: [preact()],
	build: {
		outDir: "dist",
		emptyOutDir: true,
		target: "es2022",
		// Everything in this folder is served: maps would hand out the sources with their comments.
		sourcemap: false,
		// The content security policy allows no data: addresses, so that even the smallest file stays a file.
		assetsInlineLimit: 0,
		// All that the first screen needs is one file: parts that later screens share would else be cut out of
		// it, one by one.
		rolldownOptions: {
			output: { codeSplitting: { groups: [{ name: "student", test: /\/student\/src\/main\.tsx$/ }] } },
		},
	},
	server: { port: 5173, proxy: { "/api": "http://localhost:8000" } },
});
