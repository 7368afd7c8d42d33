// On a telephone, what stands before the list is folded away, unless something in it is wrong.

const small = matchMedia("(max-width: 40em)");

export function foldOnSmallScreens(details) {
  const fold = () => {
    details.open = !small.matches || details.querySelector(".govuk-error-message") !== null;
  };
  small.addEventListener("change", fold);
  fold();
}
