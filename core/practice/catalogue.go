package practice

// shelf is a category with what stands in it: every style of every thing.
type shelf struct {
	name   string
	code   string // begins its article numbers
	things []thing
	styles []string
	forms  []string // variants; empty: one, "Standard"
	step   cents    // by which each further form costs more
}

type thing struct {
	name  string
	price cents // in euros
	text  string
}

type department struct {
	name    string
	shelves []shelf
}

var sizes = words("Small|Medium|Large")
var shades = words("Sand|Moss|Slate")

var departments = []department{
	{"Living", []shelf{
		{"Candles", "CAN", []thing{{"pillar candle", 1490, "burns for about 60 hours"}, {"jar candle", 2290, "in a glass you can use again"}, {"tea light set", 890, "twelve pieces"}, {"taper candle pair", 1190, "hand dipped"}}, words("Beeswax|Cedar|Orange & clove|Sea salt"), nil, 0},
		{"Cushions & throws", "CUS", []thing{{"cushion", 3490, "50 by 50 cm, with filling"}, {"throw", 7990, "130 by 180 cm"}, {"floor cushion", 6490, "60 cm across"}, {"bolster", 3990, "for beds and benches"}}, words("Linen|Lambswool|Corduroy|Herringbone"), shades, 0},
		{"Vases", "VAS", []thing{{"bud vase", 1690, "for a single stem"}, {"tall vase", 4990, "38 cm high"}, {"round vase", 3290, "for garden flowers"}, {"wall vase", 2490, "with a brass hook"}}, words("Stoneware|Smoked glass|Terracotta|Porcelain"), nil, 0},
		{"Lighting", "LIG", []thing{{"table lamp", 8900, "with a dimmer"}, {"pendant lamp", 12900, "with 2 m of textile cable"}, {"wall lamp", 7400, "for reading"}, {"lantern", 4590, "for indoors and out"}}, words("Oak|Brass|Paper|Rattan"), nil, 0}}},
	{"Kitchen", []shelf{
		{"Mugs & cups", "MUG", []thing{{"mug", 1890, "350 ml, safe in the dishwasher"}, {"espresso cup", 1290, "80 ml"}, {"tumbler", 1490, "without a handle"}, {"soup mug", 2190, "500 ml"}}, words("Speckled|Indigo|Chalk|Celadon"), nil, 0},
		{"Bowls & plates", "BOW", []thing{{"breakfast bowl", 1690, "15 cm across"}, {"dinner plate", 2290, "27 cm across"}, {"serving bowl", 4290, "for four to six people"}, {"side plate", 1490, "20 cm across"}}, words("Speckled|Indigo|Chalk|Celadon"), nil, 0},
		{"Tea & coffee", "TEA", []thing{{"black tea", 990, "loose leaf"}, {"herbal tea", 890, "without caffeine"}, {"coffee beans", 1290, "roasted each week"}, {"espresso beans", 1390, "a dark roast"}}, words("Morning|Highland|Garden|Harbour"), words("100 g|250 g|1 kg"), 800},
		{"Kitchen textiles", "KIT", []thing{{"tea towel", 1290, "50 by 70 cm"}, {"apron", 3890, "with two pockets"}, {"oven glove", 1990, "lined"}, {"napkin set", 2690, "four pieces"}}, words("Striped|Plain|Checked|Stonewashed"), shades, 0}}},
	{"Paper", []shelf{
		{"Notebooks", "NOT", []thing{{"notebook", 1490, "144 pages"}, {"sketchbook", 1990, "paper of 160 g"}, {"planner", 2490, "undated, one year"}, {"exercise book", 890, "three in a pack"}}, words("Linen|Kraft|Cork|Marbled"), words("A6|A5|A4"), 400},
		{"Pens & pencils", "PEN", []thing{{"fountain pen", 4900, "with a converter"}, {"pencil set", 1190, "six pieces"}, {"rollerball", 2490, "refillable"}, {"ink", 1590, "50 ml"}}, words("Walnut|Graphite|Forest|Midnight"), nil, 0},
		{"Cards & wrap", "CAR", []thing{{"greeting card", 390, "with an envelope"}, {"gift wrap", 690, "two sheets of 50 by 70 cm"}, {"gift tag set", 490, "ten pieces"}, {"postcard set", 990, "eight pieces"}}, words("Botanical|Winter|Birthday|Thank you"), nil, 0}}},
	{"Garden", []shelf{
		{"Pots & planters", "POT", []thing{{"plant pot", 1890, "with a saucer"}, {"hanging planter", 2990, "with a jute cord"}, {"window box", 3990, "60 cm long"}, {"seed tray", 1290, "24 cells"}}, words("Terracotta|Glazed|Zinc|Cedarwood"), sizes, 900},
		{"Garden tools", "TOO", []thing{{"hand trowel", 2490, "forged"}, {"secateurs", 4490, "for left and right hands"}, {"watering can", 3690, "5 litres"}, {"dibber", 1590, "with depth marks"}}, words("Ash|Copper|Steel|Heritage"), nil, 0},
		{"Seeds", "SEE", []thing{{"herb seeds", 390, "enough for a window sill"}, {"flower seeds", 350, "for bees"}, {"vegetable seeds", 420, "open pollinated"}, {"seed box", 1990, "twelve kinds"}}, words("Spring|Summer|Autumn|Balcony"), nil, 0}}},
	{"Bath", []shelf{
		{"Soap", "SOA", []thing{{"soap bar", 790, "cold stirred"}, {"hand wash", 1490, "300 ml"}, {"bath salt", 1690, "400 g"}, {"shampoo bar", 1090, "for about 70 washes"}}, words("Lavender|Pine|Oat & honey|Unscented"), nil, 0},
		{"Towels", "TOW", []thing{{"hand towel", 1690, "50 by 100 cm"}, {"bath towel", 3490, "70 by 140 cm"}, {"beach towel", 3990, "100 by 180 cm"}, {"bath mat", 2990, "50 by 80 cm"}}, words("Waffle|Terry|Hammam|Ribbed"), shades, 0}}},
}

var makers = words("Willow & Pine|Atelier Nørre|Fennel Studio|Haus Ahorn|Kiln & Co.|Tide Works|Rosa Papier|Old Orchard")
