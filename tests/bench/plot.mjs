// The plot of the bench as SVG: for each job wall, processor time and peak memory over the number of settings,
// both axes logarithmic.

const colours = ["#d62728", "#e8743b", "#7f0000", "#f2a35e", "#b86b9b", "#8c564b", "#c49c94", "#1f77b4", "#2ca02c", "#9467bd", "#555555", "#aaaaaa"];
const [width, height, left, top, gapX, gapY] = [260, 190, 60, 40, 70, 60];
const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const measures = [["wall", "wall, s", 1], ["cpu", "processor time, s", 1], ["rss_kb", "peak memory, MB", 1 / 1024]];

function decades(values) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  return [low, Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))];
}

function panel(rows, clients, numbers, [field, title, scale], x0, y0, job) {
  const values = rows.map((row) => row[field] * scale).filter((value) => value > 0);
  if (!values.length) return "";
  const [low, high] = decades(values);
  const span = Math.log2(Math.max(...numbers) / Math.min(...numbers)) || 1;
  const x = (n) => x0 + (Math.log2(n / Math.min(...numbers)) / span) * width;
  const y = (value) => y0 + height - ((Math.log10(value) - low) / (high - low)) * height;
  const parts = [`<text x="${x0}" y="${y0 - 10}" font-weight="bold">${job}: ${title}</text>`];
  for (let d = low; d <= high; d++)
    parts.push(`<path d="M${x0} ${y(10 ** d)}h${width}" stroke="#ddd"/><text x="${x0 - 6}" y="${y(10 ** d) + 4}" text-anchor="end">${Number((10 ** d).toPrecision(1))}</text>`);
  for (const n of numbers) parts.push(`<text x="${x(n)}" y="${y0 + height + 16}" text-anchor="middle">${n}</text>`);
  for (const [i, client] of clients.entries()) {
    const points = rows.filter((row) => row.client === client && !row.wrong && row[field] > 0).sort((a, b) => a.n - b.n).map((row) => [x(row.n), y(row[field] * scale)].map((v) => v.toFixed(1)));
    if (!points.length) continue;
    const colour = colours[i % colours.length];
    parts.push(`<path d="M${points.map((p) => p.join(" ")).join("L")}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [cx, cy] of points) parts.push(`<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`);
  }
  return parts.join("\n");
}

export function plot({ about, rows }) {
  const clients = [...new Set(rows.map((row) => row.client))];
  const numbers = [...new Set(rows.map((row) => row.n))].sort((a, b) => a - b);
  const jobs = [...new Set(rows.map((row) => row.job))];
  const panels = jobs.flatMap((job, r) => measures.map((measure, c) =>
    panel(rows.filter((row) => row.job === job), clients, numbers, measure, left + c * (width + gapX), top + r * (height + gapY), job)));
  const legendX = left + 3 * (width + gapX) - 30;
  const legend = clients.map((client, i) => `<path d="M${legendX} ${top + i * 20}h20" stroke="${colours[i % colours.length]}" stroke-width="3"/><text x="${legendX + 28}" y="${top + i * 20 + 4}">${escape(client)}</text>`);
  const [w, h] = [legendX + 210, Math.max(top + jobs.length * (height + gapY) + 20, top + clients.length * 20 + 40)];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${panels.join("\n")}
${legend.join("\n")}
<text x="${left}" y="${h - 8}" fill="#666">${escape(`settings; ${about.date}, ${about.machine}, medians of ${about.runs}`)}</text>
</svg>
`;
}
