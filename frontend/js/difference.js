// Says, while the vendor types, how the quantity differs from what the code allows.
// It speaks only of what it can read with certainty: the server asks about the rest.

const PLAIN = /^(\d{1,15}|\d{1,3}(,\d{3})+(?=\.))(\.\d{1,3})?$/;

export function watchDifference(output) {
  const { authorized, unit, quantityId, unitId } = output.dataset;
  const quantity = document.getElementById(quantityId);
  const chosen = document.getElementById(unitId);
  if (!quantity) return;
  const show = () => describe(output, quantity.value.trim(), authorized, !chosen || chosen.value === unit);
  quantity.addEventListener("input", show);
  chosen?.addEventListener("change", show);
  show();
}

function describe(output, typed, authorized, sameUnit) {
  const difference = sameUnit && PLAIN.test(typed) ? minus(typed.replaceAll(",", ""), authorized) : null;
  const state = stateOf(difference);
  output.dataset.state = state;
  const text = output.dataset[state].replace("{difference}", difference === null ? "" : written(difference));
  const target = output.querySelector("[data-text]");
  if (target.textContent !== text) target.textContent = text;
}

function stateOf(difference) {
  if (difference === null) return "unknown";
  if (difference > 0n) return "over";
  return difference < 0n ? "short" : "same";
}

// In millionths, because floating-point numbers would show differences that are not there.
function minus(left, right) {
  return millionths(left) - millionths(right);
}

function millionths(text) {
  const [whole, decimals = ""] = text.split(".");
  return BigInt(whole + decimals.padEnd(6, "0").slice(0, 6));
}

function written(difference) {
  const digits = (difference < 0n ? -difference : difference).toString().padStart(7, "0");
  const whole = digits.slice(0, -6).replace(/\B(?=(\d{3})+$)/g, ",");
  const decimals = digits.slice(-6).replace(/0+$/, "");
  return decimals ? `${whole}.${decimals}` : whole;
}
