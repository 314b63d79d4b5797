"""Lists of words. All were written for this corpus; those that end in HELD_OUT are used by the evaluation
alone.
"""


def words(text):
    """The items of a list written with commas."""
    return [word.strip() for word in text.replace('\n', ' ').split(',') if word.strip()]


GIRLS = words("""Ada, Alice, Amy, Anna, Bella, Cara, Clara, Daisy, Dora, Ella, Emma, Eva, Fiona, Flora, Gina,
Grace, Hana, Hazel, Ida, Iris, Ivy, Jane, Joy, Julia, Kate, Lara, Lena, Lily, Lola, Lucy, Luna,
Maria, Maya, Mia, Mila, Mina, Molly, Nadia, Nina, Nora, Olga, Olivia, Petra, Pia, Rosa, Rose,
Ruby, Ruth, Sara, Sofia, Stella, Tara, Tess, Uma, Vera, Violet, Wanda, Yara, Zara, Zoe""")
BOYS = words(
    """Adam, Alan, Alex, Amir, Anton, Arlo, Ben, Bob, Boris, Carl, Chen, Dan, David, Diego, Eli, Emil,
Erik, Felix, Finn, Frank, George, Gus, Hans, Hugo, Ian, Igor, Ivan, Jack, Jake, James, Jan, Joe,
John, Jonas, Karl, Ken, Leo, Liam, Luca, Luis, Mark, Max, Milo, Noah, Oliver, Omar, Oscar, Otto,
Paul, Pedro, Peter, Ravi, Rolf, Sam, Simon, Theo, Tim, Tom, Victor, Walter, Will, Yusuf"""
)
NAMES = GIRLS + BOYS
ANIMALS = words("""cat, dog, fox, rabbit, mouse, bear, owl, duck, frog, turtle, horse, pig, goat, sheep, hen,
squirrel, hedgehog, wolf, lion, tiger, elephant, monkey, penguin, whale, dolphin, crab, snail,
bee, ant, crow, swan, otter, beaver, badger, llama, donkey, deer, bat, parrot, panda, seal,
lizard, goose, dragon""")
ROLES = words(
    """baker, farmer, sailor, painter, teacher, gardener, doctor, pilot, king, queen, princess, knight,
wizard, witch, robot, giant, clockmaker, fisherman, miner, singer, dancer, writer, inventor,
astronaut, shepherd, tailor, carpenter, librarian, musician, postman, engineer, detective, pirate,
cook, driver, student"""
)
PLACES = words(
    """forest, village, city, garden, park, beach, mountain, river, lake, castle, farm, island, desert,
valley, school, library, market, harbor, cave, meadow, hill, bakery, museum, station, lighthouse,
tower, old house, barn, workshop, orchard, swamp, town, field, bridge, playground, zoo, attic,
kitchen, cellar, theater"""
)
OBJECTS = words(
    """key, map, ball, book, hat, lamp, bell, coin, box, ring, kite, boat, drum, violin, clock, mirror,
scarf, coat, letter, shell, stone, feather, button, basket, umbrella, candle, compass, telescope,
bottle, bicycle, wagon, blanket, spoon, cup, flute, puzzle, crown, lantern, whistle, doll, pencil,
notebook, necklace, rope, ladder, shovel, camera, radio, red shoe"""
)
FOODS = words("""apple pie, warm bread, soup, honey cake, cookies, pancakes, cheese, berries, pears, carrots,
roasted nuts, pasta, rice, cherries, plums, muffins, noodles, corn, hot chocolate, lemon tea,
milk, jam, peaches, mushrooms, a big salad, waffles""")
FRUITS = words(
    """apple, banana, pear, plum, cherry, lemon, orange, peach, grape, mango, melon, kiwi, fig, lime,
berry"""
)
COLORS = words("red, blue, green, yellow, white, black, brown, pink, purple, orange, gray, silver, golden")
POS = words(
    """brave, kind, clever, gentle, cheerful, curious, patient, friendly, quiet, honest, quick, careful,
polite, funny, wise, strong, happy, playful, proud, bold, calm"""
)
NEG = words(
    "shy, lazy, grumpy, lonely, nervous, forgetful, clumsy, stubborn, sleepy, hungry, bored, worried, messy"
)
OBJADJ = words(
    """shiny, old, tiny, wooden, broken, strange, beautiful, heavy, magic, dusty, bright, round, lost,
secret, soft, rusty, huge, little, plain, warm"""
)
GLAD = words("happy, proud, glad, delighted, cheerful, thankful, relieved, excited, very happy, calm again")
SAD = words(
    "sad, worried, upset, tired, lonely, afraid, disappointed, nervous, cold and tired, a little scared"
)
WEATHER = words(
    """the sun was shining, it was raining, the wind was strong, snow was falling, the sky was gray, it
was warm and quiet, fog covered the ground, the stars were bright, the air was cold, the leaves
were falling, the birds were singing"""
)
TIMES = words(
    """One day, One morning, One evening, Last summer, One rainy afternoon, Early one morning, Late one
night, One cold winter day, On a sunny day, One quiet Sunday, Yesterday, One spring day, On
Monday, After lunch, Before sunset"""
)
THEN = words(
    """Then, After a while, Soon, A little later, The next day, After some time, In the end, Without a
word, That afternoon, At last, Slowly, All of a sudden, With a smile, Just then, Later that day"""
)
CITIES = words(
    """Paris, London, Berlin, Rome, Madrid, Tokyo, Oslo, Vienna, Prague, Lisbon, Dublin, Cairo, Delhi,
Beijing, Boston, Chicago, New York, Toronto, Sydney, Lima, Athens, Helsinki, Warsaw, Moscow,
Seoul, Bangkok, Nairobi, Munich, Milan, Lyon, Hamburg, Seattle, Denver, Dallas, Kyoto, Zurich,
Geneva, Porto, Naples, Istanbul, San Francisco, Los Angeles, Amsterdam, Brussels, Copenhagen,
Stockholm, Budapest, Barcelona, Mumbai, Shanghai, Singapore, Dubai, Montreal, Austin, Miami"""
)
DAYS = words("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday")
MONTHS = words(
    "January, February, March, April, May, June, July, August, September, October, November, December"
)
NUMS = words("""zero, one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen,
fourteen, fifteen, sixteen, seventeen, eighteen, nineteen, twenty""")
JOBS = ROLES[:8] + words(
    "nurse, lawyer, driver, cook, engineer, plumber, designer, scientist, student, manager, waiter, dentist"
)
THINGS = words(
    """tree, house, chair, table, door, window, bread, water, music, paper, phone, train, car, river,
sun, moon, star, cloud, rain, snow, fire, stone, bird, fish, apple, banana, lemon, garden, school,
friend, winter, summer, green, yellow, hello, world, happy, little, silver, server, token, model,
cache, metric, batch, stream, prompt, data"""
)
COMMON = ANIMALS + ROLES + THINGS
ROOMS = words("kitchen, bedroom, living room, bathroom, office, hall, garage, attic, garden")
LANGUAGES = words("French, German, Spanish, Italian, Polish, Japanese, Dutch, Greek")
CURRENCIES = words("USD, EUR, GBP, JPY, CHF, SEK")
EVENTS = words(
    "team meeting, lunch, dentist, concert, workshop, dinner, party, call, training, review, picnic, exam"
)
COUNTED = words("apples, coins, books, stones, cookies, balls, pears, eggs, cups, shells, pencils, stamps")

NAMES_HELD_OUT = words(
    """Priya, Kofi, Ingrid, Dmitri, Nadine, Fatima, Bjorn, Marcel, Renata, Tobias, Amina, Gregor, Paloma,
Stefan, Yolanda, Viktor, Odette, Hamid, Celeste, Rufus, Bettina, Casper, Delphine, Ernst, Harriet,
Jovan, Kirsten, Leopold"""
)
CITIES_HELD_OUT = words(
    """Antwerp, Bergen, Cork, Turin, Leipzig, Nantes, Gdansk, Seville, Bristol, Ghent, Malaga, Bologna,
Utrecht, Galway, Trieste, Basel, Marseille, Valencia, Odense, Tampere, Portland, Houston, Ottawa,
Perth, Havana"""
)
OBJECTS_HELD_OUT = words(
    """hammer, teapot, jacket, globe, saddle, anchor, trophy, pillow, magnet, tent, vase, suitcase,
broom, helmet, carpet, sponge, wallet, bucket, hinge, ladle"""
)
