package practice

import "strings"

// land is a country with the names that people and cities bear there. All
// names are made up by combining common ones.
type land struct {
	code   string // ISO 3166
	dial   string
	shop   int // index of the shop that people there buy from
	weight int // how many customers live there, relative
	firm   string
	cities []string
	first  []string
	last   []string
}

var lands = []land{
	{"DE", "+49", 0, 22, "GmbH", words("Berlin|Hamburg|München|Köln|Leipzig|Nürnberg|Freiburg"),
		words("Anna|Jörg|Lena|Felix|Käthe|Moritz|Sophie|Jürgen|Mila|Emil|Ayşe|Günther"),
		words("Müller|Schröder|Weiß|Fischer|Krüger|Hoffmann|Yıldız|Bauer|Schäfer|Vogel|Jäger|Lindner")},
	{"AT", "+43", 0, 5, "GmbH", words("Wien|Graz|Linz|Salzburg"),
		words("Magdalena|Lukas|Theresa|Florian|Valentina"), words("Gruber|Huber|Steiner|Moser|Pichler")},
	{"FR", "+33", 0, 9, "SARL", words("Paris|Lyon|Nantes|Besançon|Saint-Étienne"),
		words("Chloé|Léo|Inès|Rémi|Amélie|François|Zoé|Noël"), words("Lefèvre|Moreau|Girard|Benoît|Dubois|Garçon|Chevalier|Roux")},
	{"ES", "+34", 0, 7, "S.L.", words("Madrid|Sevilla|Málaga|A Coruña|Bilbao"),
		words("Lucía|Íñigo|Begoña|Álvaro|Carmen|Martín|Núria"), words("García|Muñoz|Ibáñez|Peña|Castaño|Ruiz|Domènech")},
	{"IT", "+39", 0, 6, "S.r.l.", words("Milano|Torino|Bologna|Forlì|Roma"),
		words("Giulia|Niccolò|Chiara|Matteo|Beatrice|Andrea"), words("Rossi|Ferrari|Conti|Galli|De Luca|Marchetti")},
	{"NL", "+31", 0, 5, "B.V.", words("Amsterdam|Utrecht|Rotterdam|Groningen"),
		words("Sanne|Daan|Femke|Joost|Maaike"), words("de Vries|van den Berg|Bakker|Visser|Meijer")},
	{"PL", "+48", 0, 5, "sp. z o.o.", words("Kraków|Łódź|Gdańsk|Wrocław"),
		words("Zofia|Paweł|Małgorzata|Łukasz|Agnieszka"), words("Nowak|Kowalczyk|Wójcik|Mazur|Łuczak")},
	{"SE", "+46", 0, 4, "AB", words("Malmö|Göteborg|Umeå|Stockholm"),
		words("Åsa|Björn|Linnéa|Oskar|Ebba"), words("Lindström|Åkesson|Söderberg|Nyström|Holm")},
	{"GB", "+44", 1, 18, "Ltd", words("London|Bristol|Leeds|Edinburgh|Cardiff|Norwich"),
		words("Olivia|Harry|Priya|Callum|Imogen|Rhys|Aisha|Oscar|Freya|Kwame"), words("Clarke|Patel|Thompson|Hughes|Okafor|Bennett|Khan|Fletcher|Walsh|Ward")},
	{"IE", "+353", 1, 4, "Ltd", words("Dublin|Cork|Galway|Dún Laoghaire"),
		words("Aoife|Seán|Niamh|Oisín|Róisín"), words("O’Brien|Murphy|Ní Dhomhnaill|Byrne|McCarthy")},
	{"DK", "+45", 1, 3, "ApS", words("København|Aarhus|Odense"),
		words("Søren|Freja|Mikkel|Astrid"), words("Sørensen|Kjær|Østergaard|Møller")},
	{"US", "+1", 2, 20, "LLC", words("Portland|Seattle|Austin|Chicago|Santa Fe|Brooklyn|Savannah"),
		words("Emma|Mateo|Grace|Jamal|Hannah|Diego|Ruth|Tyler|Naomi|Wei|Elena|Caleb"),
		words("Johnson|Ramirez|Nguyen|Carter|Goldberg|Washington|Kim|Sullivan|Torres|Brooks|Chen|Hayes")},
	{"CA", "+1", 2, 5, "Inc.", words("Montréal|Vancouver|Toronto|Québec"),
		words("Maëlle|Liam|Geneviève|Noah|Jasleen"), words("Tremblay|MacDonald|Côté|Singh|Gagné")},
	{"JP", "+81", 2, 4, "K.K.", words("Tokyo|Kyoto|Osaka|Sapporo"),
		words("Haruka|Ren|Yūki|Sakura|Kenji"), words("Satō|Tanaka|Kobayashi|Ōno|Yamamoto")},
	{"BR", "+55", 2, 3, "Ltda.", words("São Paulo|Curitiba|Florianópolis"),
		words("João|Beatriz|Caio|Luísa"), words("Gonçalves|Araújo|Magalhães|Conceição")},
}

func words(list string) []string { return strings.Split(list, "|") }

var plain = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "å", "aa", "ø", "oe", "æ", "ae",
	"á", "a", "à", "a", "â", "a", "ã", "a", "ą", "a", "ç", "c", "ć", "c", "é", "e", "è", "e", "ê", "e", "ë", "e", "ę", "e",
	"í", "i", "ì", "i", "î", "i", "ï", "i", "ı", "i", "ł", "l", "ñ", "n", "ń", "n", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ō", "o",
	"ś", "s", "ş", "s", "ú", "u", "ū", "u", "ź", "z", "ż", "z", " ", "", "’", "", "-", "", ".", "", "&", "and")

// ascii writes a name as it stands in an e-mail address.
func ascii(name string) string { return plain.Replace(strings.ToLower(name)) }
