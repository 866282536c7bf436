import type { FunctionComponent } from "preact";
import stylesheet from "./lazy-screens.css?url";

/** A screen whose code is fetched after the first one is shown. */
export type LazyScreen<Props> = {
	/** Null until it is there. */
	component: FunctionComponent<Props> | null;
	/** Resolves when it is there; a failed fetch may be tried again. */
	fetch(): Promise<FunctionComponent<Props>>;
};

/** A screen that `load` brings. */
export function lazyScreen<Props>(load: () => Promise<FunctionComponent<Props>>): LazyScreen<Props> {
	const screen: LazyScreen<Props> = {
		component: null,
		async fetch() {
			const [component] = await Promise.all([load(), fetchStyles()]);
			screen.component = component;
			return component;
		},
	};
	return screen;
}

let styles: Promise<void> | null = null;

/** The bundler's own loading of styles never asks again for a file that failed once, so the page asks by itself. */
function fetchStyles(): Promise<void> {
	styles ??= new Promise((resolve, reject) => {
		const link = document.createElement("link");
		link.addEventListener("load", () => resolve());
		link.addEventListener("error", () => {
			link.remove();
			styles = null;
			reject(new Error(`${stylesheet} could not be loaded`));
		});
		Object.assign(link, { rel: "stylesheet", href: stylesheet });
		document.head.append(link);
	});
	return styles;
}
