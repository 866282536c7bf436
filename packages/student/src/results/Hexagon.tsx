import { cornerAt, pointList } from "./hexagon-shape.ts";

const WIDTH = 424;
const HEIGHT = 250;
const CENTRE = { x: WIDTH / 2, y: HEIGHT / 2 };
const RADIUS = 96;
const LABEL_DISTANCE = 18;
const RINGS = [1, 0.5];

type Corner = { name: string; share: number; from: number; to: number; leads: boolean };

/**
 * The hexagon of the interest types, with the ring in which a second try would usually land. It has no
 * direction, so it is the same in both scripts.
 */
export function Hexagon({ corners, label }: { corners: readonly Corner[]; label: string }) {
	const count = corners.length;
	const at = (i: number, radius: number) => cornerAt(i, count, CENTRE, radius);
	const shape = (radius: (corner: Corner) => number) =>
		pointList(corners.map((corner, i) => at(i, RADIUS * radius(corner))));
	return (
		<svg class="hexagon" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
			{RINGS.map((ring) => (
				<polygon key={ring} class="hexagon-ring" points={shape(() => ring)} />
			))}
			<path
				class="hexagon-reach"
				fill-rule="evenodd"
				d={`M${shape(({ to }) => to)}ZM${shape(({ from }) => from)}Z`}
			/>
			<polygon class="hexagon-shape" points={shape(({ share }) => share)} />
			{corners.map(({ name, share }, i) => {
				const point = at(i, RADIUS * share);
				return <circle key={name} class="hexagon-point" cx={point.x} cy={point.y} r="4" />;
			})}
			{corners.map(({ name, leads }, i) => {
				const { x, y } = at(i, RADIUS + LABEL_DISTANCE);
				const side = Math.sign(Math.round(x - CENTRE.x));
				return (
					<text
						key={name}
						class={`hexagon-label hexagon-label-${side === 0 ? "middle" : side > 0 ? "right" : "left"} ${leads ? "hexagon-leads" : ""}`}
						x={x}
						y={y}
						dominant-baseline="middle"
					>
						{name}
					</text>
				);
			})}
		</svg>
	);
}
