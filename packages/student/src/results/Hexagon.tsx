import { cornerAt, pointList } from "./hexagon-shape.ts";

const WIDTH = 400;
const HEIGHT = 270;
const CENTRE = { x: WIDTH / 2, y: HEIGHT / 2 };
const RADIUS = 96;
const LABEL_DISTANCE = 18;
const RINGS = [1, 0.6, 0.4];

/** The hexagon of the interest types. It has no direction, so it is the same in both scripts. */
export function Hexagon({
	corners,
	label,
}: {
	corners: readonly { name: string; share: number }[];
	label: string;
}) {
	const count = corners.length;
	const at = (i: number, radius: number) => cornerAt(i, count, CENTRE, radius);
	return (
		<svg class="hexagon" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
			{RINGS.map((ring) => (
				<polygon
					key={ring}
					class="hexagon-ring"
					points={pointList(corners.map((_, i) => at(i, RADIUS * ring)))}
				/>
			))}
			{corners.map(({ name }, i) => {
				const end = at(i, RADIUS);
				return <line key={name} class="hexagon-ring" x1={CENTRE.x} y1={CENTRE.y} x2={end.x} y2={end.y} />;
			})}
			<polygon
				class="hexagon-shape"
				points={pointList(corners.map(({ share }, i) => at(i, RADIUS * share)))}
			/>
			{corners.map(({ name, share }, i) => {
				const point = at(i, RADIUS * share);
				return <circle key={name} class="hexagon-point" cx={point.x} cy={point.y} r="4" />;
			})}
			{corners.map(({ name }, i) => {
				const { x, y } = at(i, RADIUS + LABEL_DISTANCE);
				const side = Math.sign(Math.round(x - CENTRE.x));
				return (
					<text
						key={name}
						class={`hexagon-label hexagon-label-${side === 0 ? "middle" : side > 0 ? "right" : "left"}`}
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
