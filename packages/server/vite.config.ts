import { defineConfig } from "vite";

// One file for the command line and the server: our own packages inside, everything from npm outside, as installed.
export default defineConfig({
	build: {
		ssr: "src/cli.ts",
		outDir: "dist",
		emptyOutDir: true,
		target: "node22",
		minify: false,
		sourcemap: true,
		rolldownOptions: { output: { entryFileNames: "cli.js", chunkFileNames: "[name]-[hash].js" } },
	},
	ssr: { noExternal: [/^@carhythm\//] },
});
