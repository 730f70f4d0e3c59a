"""Names for worlds of any size: what is shown, and how it is written in an e-mail address."""

FIRST: list[tuple[str, str]] = [
    ("Ada", "ada"), ("Aaliyah", "aaliyah"), ("Agnieszka", "agnieszka"), ("Ahmed", "ahmed"), ("Aiko", "aiko"),
    ("Alejandro", "alejandro"), ("Amara", "amara"), ("Anaïs", "anais"), ("Ananya", "ananya"), ("André", "andre"),
    ("Beatriz", "beatriz"), ("Björn", "bjorn"), ("Callum", "callum"), ("Chidi", "chidi"), ("Chloé", "chloe"),
    ("Daniel", "daniel"), ("Deniz", "deniz"), ("Dmitri", "dmitri"), ("Elif", "elif"), ("Emma", "emma"),
    ("Fatima", "fatima"), ("Félix", "felix"), ("Freya", "freya"), ("Giulia", "giulia"), ("Grace", "grace"),
    ("Hana", "hana"), ("Hugo", "hugo"), ("Ibrahim", "ibrahim"), ("Ines", "ines"), ("Jakub", "jakub"),
    ("Jin-woo", "jinwoo"), ("Josephine", "josephine"), ("Kaito", "kaito"), ("Karim", "karim"), ("Lars", "lars"),
    ("Leila", "leila"), ("Liam", "liam"), ("Lucía", "lucia"), ("Mateo", "mateo"), ("Mei", "mei"),
    ("Mohammed", "mohammed"), ("Nadia", "nadia"), ("Nikhil", "nikhil"), ("Noah", "noah"), ("Noor", "noor"),
    ("Olivia", "olivia"), ("Oluwaseun", "oluwaseun"), ("Pavel", "pavel"), ("Priya", "priya"), ("Rosa", "rosa"),
    ("Samuel", "samuel"), ("Saoirse", "saoirse"), ("Sofía", "sofia"), ("Søren", "soren"), ("Tariq", "tariq"),
    ("Thandiwe", "thandiwe"), ("Tuấn", "tuan"), ("Yusuf", "yusuf"), ("Zoë", "zoe"), ("花子", "hanako"),
    ("محمد", "mohammad"), ("Ольга", "olga"), ("अर्जुन", "arjun"), ("נועה", "noa"),
]  # fmt: skip

LAST: list[tuple[str, str]] = [
    ("Abebe", "abebe"), ("Adeyemi", "adeyemi"), ("Åkesson", "akesson"), ("Andersson", "andersson"),
    ("Baker", "baker"), ("Bianchi", "bianchi"), ("Brandt", "brandt"), ("Byrne", "byrne"), ("Chen", "chen"),
    ("Costa", "costa"), ("Demir", "demir"), ("de Vries", "devries"), ("Dubois", "dubois"), ("El-Amrani", "elamrani"),
    ("Fischer", "fischer"), ("Fernández", "fernandez"), ("García", "garcia"), ("Grant", "grant"), ("Haddad", "haddad"),
    ("Hansen", "hansen"), ("Hughes", "hughes"), ("Ito", "ito"), ("Ivanova", "ivanova"), ("Jansen", "jansen"),
    ("Johnson", "johnson"), ("Kaya", "kaya"), ("Kim", "kim"), ("Kowalski", "kowalski"), ("Kumar", "kumar"),
    ("Larsen", "larsen"), ("Lefèvre", "lefevre"), ("Lindqvist", "lindqvist"), ("Martin", "martin"),
    ("Mbeki", "mbeki"), ("Meyer", "meyer"), ("Moreau", "moreau"), ("Müller", "muller"), ("Nakamura", "nakamura"),
    ("Nguyễn", "nguyen"), ("Novák", "novak"), ("O'Connor", "oconnor"), ("Okafor", "okafor"), ("Patel", "patel"),
    ("Pereira", "pereira"), ("Popescu", "popescu"), ("Quinn", "quinn"), ("Rossi", "rossi"), ("Sánchez", "sanchez"),
    ("Schmidt", "schmidt"), ("Sharma", "sharma"), ("Silva", "silva"), ("Singh", "singh"), ("Smith", "smith"),
    ("Sørensen", "sorensen"), ("Tanaka", "tanaka"), ("Taylor", "taylor"), ("Van den Berg", "vandenberg"),
    ("Virtanen", "virtanen"), ("Wang", "wang"), ("Williams", "williams"), ("Yılmaz", "yilmaz"), ("Zhang", "zhang"),
    ("Żółkiewski", "zolkiewski"), ("山田", "yamada"),
]  # fmt: skip

TITLES = [
    "Account Executive", "Account Manager", "Accountant", "Backend Engineer", "Business Analyst",
    "Customer Success Manager", "Data Analyst", "Data Engineer", "Field Technician", "Finance Manager",
    "Frontend Engineer", "HR Business Partner", "Legal Counsel", "Machine Operator", "Marketing Manager",
    "Nurse", "Office Manager", "Operations Lead", "Product Designer", "Product Manager", "QA Engineer",
    "Recruiter", "Sales Representative", "Security Engineer", "Site Reliability Engineer", "Store Manager",
    "Support Specialist", "Technical Writer", "Warehouse Associate", "Warehouse Supervisor",
]  # fmt: skip

LEVELS = ["", "", "", "Junior ", "Senior ", "Lead "]
COMPANIES = [
    "Northwind",
    "Halden Group",
    "Brightwater",
    "Kestrel & Sons",
    "Lumen Works",
    "Oakfield",
    "Tideline",
    None,
]
