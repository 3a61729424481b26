// Ten digits as a hand might write them, so that the pad is never empty at the beginning. Each stroke is a line of
// knots
// in percent of the pad, joined by a Catmull–Rom spline; a doubled knot makes a corner.

/** Side of the pad in its own units: strokes are recorded, sent and linked in these. */
export const kPadUnits = 280;

/** The one that stands on the pad at first. */
export const kFirstSample = 3;

const kPointsPerKnot = 5;

/** @type {number[][][][]} */
const knots = [
  [
    [
      [54, 14],
      [32, 24],
      [24, 52],
      [34, 80],
      [54, 86],
      [72, 72],
      [77, 44],
      [66, 20],
      [50, 14],
    ],
  ],
  [
    [
      [38, 30],
      [54, 14],
      [54, 14],
      [53, 50],
      [52, 86],
    ],
  ],
  [
    [
      [28, 32],
      [36, 17],
      [54, 14],
      [68, 26],
      [64, 44],
      [46, 64],
      [27, 83],
      [27, 83],
      [50, 81],
      [75, 83],
    ],
  ],
  [
    [
      [30, 21],
      [50, 14],
      [67, 24],
      [63, 40],
      [45, 48],
      [45, 48],
      [66, 54],
      [71, 70],
      [56, 85],
      [29, 80],
    ],
  ],
  [
    [
      [54, 13],
      [40, 36],
      [24, 60],
      [24, 60],
      [50, 59],
      [77, 58],
    ],
    [
      [62, 36],
      [61, 62],
      [60, 88],
    ],
  ],
  [
    [
      [70, 16],
      [38, 16],
      [38, 16],
      [34, 46],
      [34, 46],
      [53, 42],
      [69, 53],
      [68, 73],
      [51, 86],
      [28, 80],
    ],
  ],
  [
    [
      [63, 13],
      [44, 28],
      [32, 52],
      [33, 75],
      [49, 87],
      [67, 77],
      [67, 59],
      [50, 51],
      [34, 63],
    ],
  ],
  [
    [
      [25, 18],
      [50, 18],
      [75, 17],
      [75, 17],
      [60, 44],
      [50, 66],
      [44, 88],
    ],
  ],
  [
    [
      [65, 25],
      [49, 14],
      [34, 24],
      [40, 40],
      [57, 54],
      [68, 69],
      [58, 85],
      [40, 85],
      [30, 71],
      [42, 54],
      [59, 41],
      [65, 25],
    ],
  ],
  [
    [
      [67, 30],
      [53, 15],
      [34, 23],
      [33, 42],
      [49, 50],
      [65, 39],
      [68, 26],
      [66, 50],
      [61, 70],
      [54, 88],
    ],
  ],
];

/** @param {number} a @param {number} b @param {number} c @param {number} d @param {number} t */
function spline(a, b, c, d, t) {
  return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t);
}

/** @param {number[][]} line */
function smooth(line) {
  const points = [];
  for (let i = 0; i + 1 < line.length; i++) {
    const [before, from, to, after] = [line[i - 1] ?? line[i], line[i], line[i + 1], line[i + 2] ?? line[i + 1]];
    if (from[0] === to[0] && from[1] === to[1]) continue;
    for (let k = 0; k < kPointsPerKnot; k++) {
      points.push([0, 1].map((axis) => spline(before[axis], from[axis], to[axis], after[axis], k / kPointsPerKnot)));
    }
  }
  points.push(line[line.length - 1]);
  return points.map((point) => point.map((value) => Math.round((value * kPadUnits) / 100)));
}

/** Strokes of the digits 0…9, in pad units. @type {number[][][][]} */
export const samples = knots.map((strokes) => strokes.map(smooth));
