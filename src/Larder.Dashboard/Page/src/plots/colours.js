/** The value of a colour of the style sheet, for canvases, which know no custom properties. */
export function colour(name, alpha = 1) {
  const probe = document.createElement('i');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const text = getComputedStyle(probe).color;
  probe.remove();
  if (alpha === 1) return text;
  const [red, green, blue] = text.match(/[\d.]+/g);
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}
