"""Which names and nouns are places, so that "send it to Bremen" names nobody. Pure.

Names that many people have, such as Florence, Austin and Victoria, are left to the people.
"""

import re

from sessions_app.engine.text.word_lists import listed

_CITIES = listed(
    "aachen aberdeen accra algiers almaty amman amsterdam ankara antwerp athens atlanta auckland "
    "augsburg baghdad baku baltimore bangalore bangkok barcelona basel beijing beirut belfast "
    "belgrade bergen berlin bern bielefeld bilbao birmingham bochum bogota bologna bombay bonn "
    "bordeaux boston bratislava brasilia bremen bremerhaven brest brighton brisbane bristol "
    "bruges brussels bucharest budapest buffalo cairo calcutta calgary cambridge canberra cardiff "
    "casablanca chemnitz chennai chicago cincinnati cologne copenhagen cork coventry cracow "
    "damascus darmstadt darwin delhi denver detroit doha dortmund dresden dubai dublin duisburg "
    "dundee durban durham dusseldorf düsseldorf edinburgh eindhoven erfurt essen exeter frankfurt "
    "freiburg gdansk geneva genoa ghent glasgow gothenburg graz grenoble groningen guangzhou "
    "haifa halifax hamburg hanoi hannover hanover havana heidelberg helsinki hiroshima houston "
    "hull indianapolis innsbruck ipswich istanbul jakarta jena jerusalem johannesburg karachi "
    "karlsruhe kassel katowice kharkiv kiel kiev kigali kobe kraków krakow kyiv kyoto köln lagos "
    "lausanne leeds leicester leiden leipzig lille lima limerick linz lisbon liverpool ljubljana "
    "london lübeck luebeck lucerne lyon madrid magdeburg mainz malmö malmo manchester manila "
    "mannheim maputo marrakesh marseille melbourne memphis miami milan milwaukee minneapolis "
    "minsk montreal montevideo moscow mumbai munich münchen münster muenster nagoya nairobi "
    "nantes naples nashville newcastle nice norwich nottingham nuremberg nürnberg oakland odense "
    "odessa omaha osaka oslo osnabrück osnabruck ostend ottawa oxford palermo paris perth "
    "philadelphia phoenix pisa pittsburgh plymouth poznan prague pretoria quebec quito rabat "
    "reading regensburg rennes reykjavik riga rome rostock rotterdam rouen saarbrücken sacramento "
    "salzburg santiago sapporo sarajevo seattle seoul seville shanghai sheffield shenzhen "
    "singapore skopje sofia southampton stavanger stockholm strasbourg stuttgart sunderland "
    "swansea sydney taipei tallinn tampa tampere tbilisi teheran tehran thessaloniki tirana tokyo "
    "toronto toulouse trier trieste tripoli trondheim tunis turin turku ulm uppsala utrecht "
    "valencia vancouver venice verona vienna vilnius warsaw washington weimar wellington "
    "wiesbaden winnipeg wolfsburg wrocław wroclaw wuppertal würzburg yerevan york yokohama zagreb "
    "zurich zürich"
)
_COUNTRIES = listed(
    "africa albania algeria america antarctica argentina armenia asia australia austria "
    "azerbaijan bahrain bangladesh bavaria belarus belgium bolivia bosnia brazil britain brittany "
    "brunei bulgaria california cambodia cameroon canada catalonia chile china colombia congo "
    "cornwall croatia cuba cyprus denmark ecuador egypt england estonia ethiopia eritrea europe "
    "fiji finland florida france georgia germany ghana greece guatemala haiti hawaii hesse "
    "honduras hungary iceland idaho illinois india indonesia iran iraq ireland israel italy "
    "jamaica japan kansas kazakhstan kent kenya korea kosovo kuwait laos latvia lebanon libya "
    "liechtenstein lithuania luxembourg macedonia malawi malaysia maldives mali malta maryland "
    "massachusetts mexico michigan minnesota moldova monaco mongolia montenegro morocco "
    "mozambique namibia nebraska nepal netherlands nevada nicaragua nigeria norway ohio oklahoma "
    "oman ontario oregon pakistan palestine panama paraguay pennsylvania peru poland portugal "
    "prussia qatar romania russia rwanda saxony scandinavia scotland senegal serbia siberia "
    "sicily silesia slovakia slovenia somalia spain sudan sussex sweden switzerland syria taiwan "
    "tanzania texas thailand tibet tunisia turkey tuscany uganda ukraine uruguay utah uzbekistan "
    "venezuela vermont vietnam wales wisconsin yemen yorkshire zambia zimbabwe uk usa us eu"
)
_TWO_WORDS = frozenset(
    {
        *("new york", "new delhi", "new zealand", "new jersey", "new orleans", "new mexico"),
        *("los angeles", "las vegas", "san francisco", "san diego", "san jose", "hong kong"),
        *("cape town", "buenos aires", "rio de", "sao paulo", "são paulo", "tel aviv", "abu dhabi"),
        *("kuala lumpur", "mexico city", "saint petersburg", "st petersburg", "the hague"),
        *("south africa", "south korea", "north korea", "saudi arabia", "sri lanka", "costa rica"),
        *("northern ireland", "puerto rico", "united kingdom", "united states", "czech republic"),
        *("bad homburg", "salt lake", "milton keynes", "stoke on"),
    }
)
_ENDING = re.compile(
    r"[a-zäöüß]{2,}(?:burg|heim|dorf|furt|hausen|stadt|kirchen|chester|mouth|pool|shire|grad"
    r"|polis|haven|bridge|minster|borough|brück|brucken|brücken)"
)
"""How names of towns end; few people's names do."""

_SITES = listed(
    "airport attic basement camp cellar cloud depot dock docks dump festival factory field garden "
    "ground hall harbour harbor hotel kitchen lobby loft market park pier plant port quay roof "
    "server shed site stadium station store street terminal tip venue warehouse yard beach church "
    "island islands city town village country north south east west coast border"
)
"""Nouns of places where nobody need be: "the depot"."""

_EVENTS = listed(
    "appointment barbecue birthday ceremony class course exam exhibition fair funeral game hearing "
    "interview lecture lesson match picnic rehearsal seminar session show training trial workshop"
)
_OBJECTS = listed(
    "bag barn bin board boot box bus cabinet car ceiling chair computer counter cupboard desk "
    "drawer floor folder freezer fridge inbox laptop lorry phone printer rack screen shelf sofa "
    "tablet train tray truck van wall website window"
)
_BUILDINGS = listed(
    "bar bathroom bedroom cafe café canteen chapel cinema farm flat forest garage gym house "
    "laundry lake mosque museum playground pub river studio temple theatre theater toilet tower"
)


def is_place(name: str) -> bool:
    """Returns whether a name or a described place, event or thing, as it is spelt, is no person."""
    words = name.lower().replace("\u2019", "'").split()
    if not words:
        return False
    if words[0] in {"the", "a", "an", "my", "our", "your", "his", "her", "their"}:
        named = words[-1] in _SITES | _EVENTS | _OBJECTS | _BUILDINGS
        return named or (len(words) == 2 and is_place(words[1]))  # noqa: PLR2004
    if " ".join(words[:2]) in _TWO_WORDS:
        return True
    return len(words) == 1 and (
        words[0] in _CITIES | _COUNTRIES or _ENDING.fullmatch(words[0]) is not None
    )
