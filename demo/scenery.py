"""Names, trades and places of the demo. The firms are named after beings that do not exist."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Place:
    """A town, by its center."""

    name: str
    ubigeo: str
    latitude: Decimal
    longitude: Decimal


def _place(name: str, ubigeo: str, latitude: str, longitude: str) -> Place:
    return Place(name, ubigeo, Decimal(latitude), Decimal(longitude))


PLACES = (
    _place("Lima", "150101", "-12.046400", "-77.042800"),
    _place("Callao", "070101", "-12.056600", "-77.118100"),
    _place("Ate", "150103", "-12.026000", "-76.918000"),
    _place("Villa El Salvador", "150142", "-12.213300", "-76.937000"),
    _place("Lurín", "150119", "-12.274000", "-76.871000"),
    _place("Arequipa", "040101", "-16.398800", "-71.536900"),
    _place("Trujillo", "130101", "-8.111800", "-79.028700"),
    _place("Chiclayo", "140101", "-6.771400", "-79.840900"),
    _place("Piura", "200101", "-5.194500", "-80.632800"),
    _place("Cusco", "080101", "-13.531900", "-71.967500"),
    _place("Huancayo", "120101", "-12.065100", "-75.204900"),
    _place("Ayacucho", "050101", "-13.158800", "-74.223900"),
    _place("Huanta", "050401", "-12.939400", "-74.248100"),
    _place("Pichari", "080910", "-12.519400", "-73.829200"),
    _place("Juliaca", "211101", "-15.499700", "-70.133300"),
    _place("Tacna", "230101", "-18.014600", "-70.253600"),
    _place("Ica", "110101", "-14.067800", "-75.728600"),
    _place("Pucallpa", "250101", "-8.379100", "-74.553900"),
)

# What a trade buys: product, unit, and a usual quantity.
Purchase = tuple[str, str, int]
TRADES: dict[str, tuple[Purchase, ...]] = {
    "Pinturas": (("acetone", "kg", 600), ("toluene", "kg", 900), ("ethyl-acetate", "L", 400)),
    "Minera": (
        ("sulphuric-acid-98", "t", 6),
        ("calcium-oxide", "t", 12),
        ("sodium-cyanide", "kg", 1000),
    ),
    "Curtiembre": (
        ("sulphuric-acid-98", "kg", 800),
        ("formic-acid-85", "kg", 500),
        ("sodium-carbonate", "kg", 1200),
    ),
    "Textiles": (("sodium-hydroxide-flakes", "kg", 900), ("sodium-hypochlorite-12-5", "L", 700)),
    "Laboratorios": (
        ("acetone", "L", 200),
        ("hexane", "L", 120),
        ("hydrochloric-acid-37", "L", 100),
    ),
    "Aguas": (("hydrochloric-acid-33", "kg", 1500), ("calcium-hydroxide", "kg", 2000)),
    "Adhesivos": (("toluene", "L", 800), ("hexane", "L", 500), ("methyl-ethyl-ketone", "kg", 450)),
    "Agroindustrias": (("ammonia-25", "L", 600), ("potassium-permanganate", "kg", 150)),
    "Plásticos": (
        ("acetone", "kg", 700),
        ("methyl-isobutyl-ketone", "L", 300),
        ("xylene", "kg", 650),
    ),
    "Barnices": (("acetone", "kg", 350), ("methyl-ethyl-ketone", "kg", 500)),
}
VENDING = ("Solventes", "Insumos Químicos", "Distribuidora", "Ácidos y Solventes")
BEINGS = (
    "Quimera", "Basilisco", "Grifo", "Centauro", "Pegaso", "Unicornio", "Sirena", "Minotauro",
    "Hidra", "Kraken", "Duende", "Gnomo", "Medusa", "Esfinge", "Tritón", "Ninfa", "Sátiro",
    "Cerbero", "Golem", "Yeti", "Leviatán", "Mantícora", "Hipogrifo", "Dríada", "Arpía",
    "Gorgona", "Titán", "Valquiria", "Trasgo", "Fénix", "Cíclope", "Elfo", "Ogro", "Hada",
    "Dragón", "Vampiro", "Nereida", "Fauno", "Kelpie", "Náyade", "Silfo", "Salamandra",
)  # fmt: skip
FORMS = ("S.A.C.", "S.R.L.", "E.I.R.L.", "S.A.")
STREETS = ("Av. Imaginaria", "Jr. Inventado", "Calle de la Fábula", "Av. Ninguna Parte")
PEOPLE = (
    "Alba Ficticia", "Bruno Inventado", "Celia Ejemplo", "Dante Supuesto", "Elsa Quizás",
    "Fabio Nadie", "Gema Fábula", "Hugo Leyenda", "Inés Cuento", "Jaime Novela",
)  # fmt: skip
PURPOSES = (
    "Producción del mes",
    "Reposición de almacén",
    "Limpieza de equipos",
    "Pedido de cliente",
)
