// Give every text with a contrast below 4.5 to 1, and every graphic below 3 to 1, as WCAG 2.2 measures it.
(() => {
  const channel = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const WEIGHTS = [0.2126, 0.7152, 0.0722];
  const luminance = (rgb) => rgb.reduce((sum, value, place) => sum + channel(value / 255) * WEIGHTS[place], 0);
  const parsed = (text) => /^rgba?\(([\d., ]+)\)/.exec(text)?.[1].split(",").map(Number);
  const ratio = (one, other) => {
    const [high, low] = [luminance(one), luminance(other)].sort((first, second) => second - first);
    return (high + 0.05) / (low + 0.05);
  };
  const groundOf = (found) => {
    for (let at = found; at; at = at.parentElement) {
      const rgba = parsed(getComputedStyle(at).backgroundColor);
      if (rgba && (rgba.length < 4 || rgba[3] === 1)) return rgba.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const nameOf = (found) => `${found.nodeName} ${found.className.baseVal ?? found.className}`;
  const bad = new Set();
  let [texts, graphics] = [0, 0];
  for (const found of document.querySelectorAll("body *:not(script, title)")) {
    if (!found.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(found);
    if ([...found.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())) {
      texts += 1;
      const color = parsed(found instanceof SVGElement ? style.fill : style.color).slice(0, 3);
      const value = ratio(color, groundOf(found));
      if (value < 4.5) bad.add(`text ${nameOf(found)} ${value.toFixed(2)}`);
    }
    const edges = [];
    if (found.matches(".mark, .bar, line.cut")) edges.push(parsed(style.stroke), parsed(style.fill));
    if (found.matches("button:not(th button), select, input[type=search], .chip")) edges.push(parsed(style.borderTopColor));
    if (edges.length) {
      graphics += 1;
      const ground = groundOf(found.parentElement);
      const value = Math.max(...edges.filter(Boolean).map((edge) => ratio(edge.slice(0, 3), ground)));
      if (value < 3) bad.add(`graphic ${nameOf(found)} ${value.toFixed(2)}`);
    }
  }
  return { bad: [...bad], texts, graphics };
})()
