import { defineConfig } from "vite";

// Everything in a few files, what comes from npm too: looking for hundreds of files takes longer than all
// else at a start. The drivers stay as installed: the one is native, and the other is fetched only for
// PostgreSQL.
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
	ssr: { noExternal: true, external: ["better-sqlite3", "pg"] },
});
