"""The tools of the corpus: what they take, how they are asked for, what they return. Those held out are at
the end.
"""

from dataclasses import dataclass

import values
import words
from source import Phrases, phrases


@dataclass(frozen=True)
class Parameter:
    """A kind of argument: its JSON type, values, names that it goes by and descriptions."""

    value: object
    names: tuple
    descriptions: tuple
    type: str = 'string'
    choices: tuple = ()


@dataclass(frozen=True)
class Tool:
    names: tuple
    descriptions: tuple
    parameters: tuple  # (kind, names or None for the kind's own, optional)
    asks: Phrases
    results: dict
    answers: Phrases


def kind(value, names, descriptions, json_type='string', choices=()):
    return Parameter(
        value, tuple(names.split('|')), tuple(descriptions.split('|')), json_type, tuple(choices)
    )


KINDS = {
    'city': kind(
        values.city,
        'city|location|place|town|where|region|area',
        'The city|The name of the city|City name|A city, e.g. Paris',
    ),
    'city2': kind(
        values.city, 'to|destination|target|end', 'The city to go to|Where it ends|Destination city'
    ),
    'name': kind(
        values.name,
        'name|person|who|user|contact|client|member|owner|friend|author|employee',
        'The name|The name of the person|Full name',
    ),
    'day': kind(
        values.one_of(*words.DAYS, 'today', 'tomorrow'), 'day|date|when|on', 'The day|Day of the week'
    ),
    'time': kind(values.time, 'time|at|start|start_time', 'The time, HH:MM|The time'),
    'date': kind(values.date, 'date|day|due|on_date', 'The date, YYYY-MM-DD|The date'),
    'number': kind(
        values.whole(1, 99), 'number|value|n|size|amount|height|speed', 'A number|The number', 'integer'
    ),
    'number2': kind(values.whole(1, 99), 'b|y|second|other', 'Another number|The second number', 'integer'),
    'few': kind(values.whole(1, 12), 'count|quantity|amount|limit|n', 'How many|The count', 'integer'),
    'much': kind(values.whole(100, 99999), 'amount|value|sum', 'The amount', 'integer'),
    'minutes': kind(values.whole(1, 90), 'minutes|duration|min', 'Minutes|Time in minutes', 'integer'),
    'unit': kind(
        values.one_of('celsius', 'fahrenheit'),
        'unit|units',
        'The unit|Temperature unit',
        'string',
        ('celsius', 'fahrenheit'),
    ),
    'color': kind(values.one_of(*words.COLORS), 'color|tone|paint', 'The color'),
    'room': kind(values.one_of(*words.ROOMS), 'room|location|where|zone', 'The room|Name of the room'),
    'switch': kind(values.one_of('on', 'off'), 'state|status|value', 'On or off', 'string', ('on', 'off')),
    'song': kind(values.song, 'title|song|name|track', 'The title|Song title'),
    'topic': kind(
        values.topic,
        'query|q|topic|text|about|subject|reason|theme',
        'What to look for|The search query|The topic',
    ),
    'errand': kind(values.errand, 'text|note|content|task|title', 'The text|What to do'),
    'message': kind(values.message, 'message|text|body|content', 'The message|The text to send'),
    'email': kind(values.email, 'to|email|address|mail|contact', 'Email address|The address'),
    'symbol': kind(values.symbol, 'symbol|ticker|stock', 'The symbol|Ticker symbol'),
    'language': kind(
        values.one_of(*words.LANGUAGES), 'language|target|to|lang', 'The language|Target language'
    ),
    'currency': kind(values.one_of(*words.CURRENCIES), 'from|source|from_currency', 'Currency code'),
    'currency2': kind(values.one_of(*words.CURRENCIES), 'to|target|to_currency', 'Currency code'),
    'food': kind(values.one_of(*words.FOODS), 'dish|food|meal', 'The dish'),
    'id': kind(values.identifier, 'id|order_id|key|code|number', 'The id|Identifier'),
    'file': kind(values.file_name, 'path|file|filename', 'File name|The path of the file'),
    'expression': kind(
        lambda source: f"{source.between(100, 999)} {source.pick('+-*')} {source.between(1, 999)}",
        'expression|expr|input',
        'The expression|A math expression',
    ),
    'metric': kind(
        values.one_of(
            'tacho_requests_total',
            'tacho_requests_running',
            'tacho_requests_waiting',
            'ttft',
            'queue_time',
            'batch_size',
            'cache_use',
            'tokens_per_second',
        ),
        'name|metric|key',
        'Name of the metric',
    ),
    'model': kind(
        lambda source: values.word(source) + source.pick(['-1b', '-7b', '-8b', '-70b', '']),
        'name|model|id',
        'Name of the model',
    ),
    'thing': kind(values.thing, 'item|product|object|name', 'The item|The product'),
    'word': kind(values.word, 'text|word|value|label|tag|term|keyword', 'The text|A word'),
    'phone': kind(values.phone, 'phone|number|phone_number', 'The phone number'),
}
DONE = dict(status=values.one_of('ok', 'done', 'ready', 'sent'))


def tool(names, descriptions, parameters, asks, results=None, answers='Done.'):
    """parameters: "kind:name|name kind? …", with names unlike the kind's; ? where it may be left out."""
    parsed = []
    for part in parameters.split():
        label, _, spelled = part.partition(':')
        parsed.append(
            (label.rstrip('?'), tuple(spelled.split('|')) if spelled else None, label.endswith('?'))
        )
    return Tool(
        tuple(names.split('|')),
        tuple(descriptions.split('|')),
        tuple(parsed),
        phrases(asks),
        results or DONE,
        phrases(answers),
    )


CONDITION = values.one_of('sunny', 'rainy', 'cloudy', 'windy', 'snowy', 'foggy', 'clear')
WEATHER = tool(
    'get_weather|get_current_weather|weather|fetch_weather|get_weather_now',
    'Get the weather for a city|Get the current weather|Current weather in a given location|'
    'Returns the weather',
    'city unit?',
    """
What is the weather in {city}?
What is the weather like in {city}?
What's the weather like in {city}?
What's the weather like in {city} today?
What is the weather in {city} today?
How is the weather in {city} [today|now|]?
[Tell me|Give me|Show me] the weather in {city}.
Weather in {city}?
weather in {city}
Is it [raining|cold|warm|sunny] in {city}?
Do I need an umbrella in {city}?
Please check the weather [for|in] {city}.
What is the weather in {city} in {unit}?
What is the weather like in {city}, in {unit}?
How warm is it in {city}, in {unit}?
What is the current temperature in {city}?
How [hot|cold|warm] is it in {city}?
""",
    dict(temperature=values.whole(-10, 38), condition=CONDITION),
    """
It is {temperature} degrees and {condition} in {city}.
The weather in {city} is {condition}, {temperature} degrees.
In {city} it is {condition} with {temperature} degrees.
""",
)
TRAIN = [
    WEATHER,
    WEATHER,  # twice, as it is what people try first
    tool(
        'get_time|get_current_time|current_time|clock',
        'Get the current time in a city|Returns the local time',
        'city:city|location|timezone|place',
        """
What time is it in {city}?
Tell me the time in {city}.
What is the local time in {city}?
Time in {city}?
How late is it in {city}?
""",
        dict(time=values.time),
        """
It is {time} in {city}.
The time in {city} is {time}.
""",
    ),
    tool(
        'set_timer|start_timer|timer',
        'Start a timer|Set a countdown timer',
        'minutes',
        """
Set a timer for {minutes} minutes.
Start a {minutes} minute timer.
Wake me in {minutes} minutes.
Timer for {minutes} minutes, please.
""",
        DONE,
        """
The timer is set for {minutes} minutes.
Done. The timer runs for {minutes} minutes.
""",
    ),
    tool(
        'set_alarm|create_alarm|alarm',
        'Set an alarm|Create an alarm at a time',
        'time day?',
        """
Set an alarm for {time}.
Wake me up at {time}.
Set an alarm for {time} on {day}.
Alarm at {time}, please.
Wake me on {day} at {time}.
""",
        DONE,
        'The alarm is set for {time}.',
    ),
    tool(
        'add|add_numbers|sum|plus',
        'Add two numbers|Returns the sum of two numbers',
        'number:a|x|first number2',
        """
Add {number} and {number2}.
What is {number} plus {number2}?
Use the tool to add {number} and {number2}.
Sum of {number} and {number2}?
What is {number} + {number2}?
""",
        dict(result=values.whole(2, 198)),
        """
The result is {result}.
{number} plus {number2} is {result}.
""",
    ),
    tool(
        'multiply|multiply_numbers|product',
        'Multiply two numbers|Returns the product',
        'number:a|x|first number2',
        """
Multiply {number} by {number2}.
What is {number} times {number2}?
Use the tool to multiply {number} and {number2}.
""",
        dict(result=values.whole(1, 9801)),
        'The result is {result}.',
    ),
    tool(
        'calculate|calculator|eval|compute',
        'Evaluate a math expression|A calculator',
        'expression',
        """
Calculate {expression}.
What is {expression}?
Compute {expression} with the calculator.
Please evaluate {expression}.
""",
        dict(result=values.whole(0, 9999)),
        """
The result is {result}.
{expression} = {result}
""",
    ),
    tool(
        'search|web_search|search_web|find|lookup',
        'Search the web|Search for documents|Find pages about a topic',
        'topic few?',
        """
Search for {topic}.
Search the web for {topic}.
Find pages about {topic}.
Look up {topic}.
Find {few} results about {topic}.
Can you search for {topic}?
Show me {few} pages on {topic}.
""",
        dict(title=values.song, hits=values.whole(1, 99)),
        """
I found {hits} results about {topic}. The first one is {title}.
The best result for {topic} is {title}.
""",
    ),
    tool(
        'send_email|email|send_mail|mail',
        'Send an email|Send a mail to somebody',
        'email message',
        """
Send an email to {email}: {message}
Write to {email}: {message}
Mail {email} that {message}
Send {email} the message {message}
Email {email} and say {message}
""",
        DONE,
        """
The email to {email} was sent.
Done. I sent the email to {email}.
""",
    ),
    tool(
        'send_message|message|text|sms',
        'Send a message to a contact|Send a text message',
        'name:to|name|contact message',
        """
Send a message to {name}: {message}
Text {name}: {message}
Tell {name}: {message}
Message {name} and say {message}
""",
        DONE,
        """
Your message to {name} was sent.
Done. {name} got the message.
""",
    ),
    tool(
        'create_note|add_note|save_note|note',
        'Save a note|Create a new note',
        'errand:text|note|content',
        """
Make a note: {errand}
Note: {errand}
Save this note: {errand}
Write down: {errand}
""",
        dict(id=values.whole(1, 999)),
        """
The note is saved.
I saved the note with the number {id}.
""",
    ),
    tool(
        'add_todo|create_task|add_task|new_task',
        'Add a task to the list|Create a task',
        'errand:task|title|text day?',
        """
Add a task: {errand}
Put "{errand}" on my list.
Remind me to {errand}.
Remind me to {errand} on {day}.
Add "{errand}" to my tasks.
""",
        dict(status=values.one_of('ok'), id=values.whole(1, 99)),
        """
I added it to your list.
The task is on your list with the number {id}.
""",
    ),
    tool(
        'create_event|add_event|schedule_meeting|book_meeting',
        'Create a calendar event|Schedule a meeting',
        'name:with|name|person day time',
        """
Schedule a meeting with {name} on {day} at {time}.
Meet {name} on {day} at {time}.
Book a meeting with {name}, {day} at {time}.
Put a meeting with {name} in my calendar for {day} at {time}.
""",
        DONE,
        """
The meeting with {name} is on {day} at {time}.
Done. You meet {name} on {day} at {time}.
""",
    ),
    tool(
        'play_song|play_music|play',
        'Play a song|Play music',
        'song',
        """
Play {song}.
Play the song {song}.
I want to hear {song}.
Please play {song}.
""",
        dict(status=values.one_of('playing')),
        """
Now playing {song}.
{song} is playing.
""",
    ),
    tool(
        'set_light|switch_light|light|control_light',
        'Switch a light on or off|Control the light in a room',
        'room switch',
        """
Turn {switch} the light in the {room}.
Switch the {room} light {switch}.
Turn the light in the {room} {switch}.
Light {switch} in the {room}, please.
""",
        DONE,
        """
The light in the {room} is now {switch}.
Done. The {room} light is {switch}.
""",
    ),
    tool(
        'set_temperature|set_thermostat|heat',
        'Set the temperature of a room|Control the heating',
        'room number:temperature|degrees|value',
        """
Set the {room} to {number} degrees.
Make the {room} {number} degrees warm.
Set the temperature in the {room} to {number}.
""",
        DONE,
        """
The {room} is set to {number} degrees.
Done. The {room} will be {number} degrees.
""",
    ),
    tool(
        'get_stock_price|stock_price|get_quote|quote',
        'Get the price of a stock|Returns a stock quote',
        'symbol',
        """
What is the stock price of {symbol}?
How much is {symbol}?
Price of {symbol}?
Get the quote for {symbol}.
""",
        dict(price=values.amount),
        """
{symbol} is at {price}.
The price of {symbol} is {price}.
""",
    ),
    tool(
        'convert_currency|exchange|convert',
        'Convert money between currencies|Exchange rates',
        'much currency currency2',
        """
Convert {much} {currency} to {currency2}.
How much is {much} {currency} in {currency2}?
Change {much} {currency} into {currency2}.
""",
        dict(result=values.whole(10, 99999)),
        """
{much} {currency} is {result} {currency2}.
That is {result} {currency2}.
""",
    ),
    tool(
        'translate|translate_text|translator',
        'Translate a text|Translate into another language',
        'message:text|input|phrase language',
        """
Translate "{message}" into {language}.
How do you say "{message}" in {language}?
Translate to {language}: {message}
""",
        dict(text=values.word),
        """
In {language} it is: {text}
The translation is: {text}
""",
    ),
    tool(
        'find_recipe|get_recipe|recipe',
        'Find a recipe|Get a recipe for a dish',
        'food',
        """
Find a recipe for {food}.
How do I make {food}?
I want to cook {food}.
Recipe for {food}?
""",
        dict(recipe=values.song, minutes=values.whole(5, 90)),
        """
I found the recipe {recipe}. It takes {minutes} minutes.
Try {recipe}. You need {minutes} minutes.
""",
    ),
    tool(
        'book_flight|find_flight|search_flights|flights',
        'Book a flight|Search for flights',
        'city:from|origin|start city2 day',
        """
Book a flight from {city} to {city2} on {day}.
Find a flight from {city} to {city2} on {day}.
I want to fly from {city} to {city2} on {day}.
Fly me from {city} to {city2} on {day}.
""",
        dict(flight=values.identifier, price=values.whole(40, 900)),
        """
Flight {flight} from {city} to {city2} costs {price}.
I found flight {flight} for {price}.
""",
    ),
    tool(
        'get_route|route|directions|get_directions',
        'Get directions between two places|Find a route',
        'city:from|origin|start city2',
        """
How do I get from {city} to {city2}?
Show me the way from {city} to {city2}.
Route from {city} to {city2}?
How far is it from {city} to {city2}?
""",
        dict(distance=values.whole(5, 2000)),
        """
It is {distance} kilometers from {city} to {city2}.
The way from {city} to {city2} is {distance} kilometers long.
""",
    ),
    tool(
        'book_hotel|find_hotel|hotel_search',
        'Find a hotel|Book a hotel room',
        'city few:nights|days|count',
        """
Book a hotel in {city} for {few} nights.
Find a hotel in {city} for {few} nights.
I need a room in {city} for {few} nights.
""",
        dict(hotel=values.proper, price=values.whole(30, 400)),
        """
The hotel {hotel} in {city} costs {price} per night.
I found the hotel {hotel} for {price} per night.
""",
    ),
    tool(
        'order_status|get_order|track_order|get_order_status',
        'Get the status of an order|Track an order',
        'id',
        """
Where is my order {id}?
What is the status of order {id}?
Track order {id}.
Has order {id} been sent?
""",
        dict(status=values.one_of('sent', 'packed', 'delivered', 'late', 'paid', 'waiting')),
        """
Your order {id} is {status}.
The status of order {id} is {status}.
""",
    ),
    tool(
        'get_user|find_user|lookup_user|get_customer',
        'Get a user by name|Find a customer',
        'name:name|user|username',
        """
Find the user {name}.
Look up {name}.
Who is {name}?
Show me the customer {name}.
""",
        dict(city=values.city, age=values.whole(18, 90)),
        """
{name} is {age} years old and lives in {city}.
I found {name}: {age} years old, from {city}.
""",
    ),
    tool(
        'read_file|open_file|get_file|cat',
        'Read a file|Returns the content of a file',
        'file',
        """
Read the file {file}.
Open {file}.
What is in {file}?
Show me {file}.
""",
        dict(content=values.message),
        """
The file says: {content}
In {file} I read: {content}
""",
    ),
    tool(
        'delete_file|remove_file|rm',
        'Delete a file|Remove a file',
        'file',
        """
Delete the file {file}.
Remove {file}.
Please delete {file}.
""",
        DONE,
        """
The file {file} is deleted.
Done. I removed {file}.
""",
    ),
    tool(
        'buy|add_to_cart|order_item|order',
        'Order an item|Add an item to the cart',
        'thing:item|product|name few:quantity|count|amount',
        """
Order {few} {thing}s.
Put {few} {thing}s in my cart.
I want to buy {few} {thing}s.
Buy {few} {thing}s, please.
""",
        dict(total=values.whole(1, 500)),
        """
I ordered {few}. The total is {total}.
Done. That costs {total}.
""",
    ),
    tool(
        'get_metric|read_metric|query_metric|metrics',
        'Read a metric of the server|Get the value of a metric',
        'metric',
        """
What is the value of {metric}?
Read the metric {metric}.
Show me {metric}.
How high is {metric}?
""",
        dict(value=values.whole(1, 999)),
        """
The value of {metric} is {value}.
{metric} is {value}.
""",
    ),
    tool(
        'load_model|use_model|switch_model',
        'Load a model|Switch to another model',
        'model',
        """
Load the model {model}.
Switch to {model}.
Use {model} from now on.
Please load {model}.
""",
        dict(status=values.one_of('loaded')),
        """
The model {model} is loaded.
Done. I loaded {model}.
""",
    ),
    tool(
        'roll_dice|dice|random_number|get_random',
        'Roll a dice|Get a random number',
        'number:sides|max|limit',
        """
Roll a dice with {number} sides.
Give me a random number up to {number}.
Random number from 1 to {number}, please.
""",
        dict(result=values.whole(1, 99)),
        """
The result is {result}.
You got {result}.
""",
    ),
    tool(
        'paint|set_color|change_color|color',
        'Change the color of a thing|Paint something',
        'thing:item|object|name color',
        """
Paint the {thing} {color}.
Make the {thing} {color}.
Change the color of the {thing} to {color}.
""",
        DONE,
        """
The {thing} is now {color}.
Done. The {thing} is {color}.
""",
    ),
    tool(
        'get_news|news|headlines',
        'Get the news about a topic|Latest headlines',
        'topic',
        """
What is the news about {topic}?
News about {topic}, please.
Show me headlines about {topic}.
""",
        dict(headline=values.message),
        """
The headline is: {headline}
The news: {headline}
""",
    ),
    tool(
        'call|phone|dial|make_call',
        'Call somebody|Make a phone call',
        'name:name|contact|to|person',
        """
Call {name}.
Phone {name}, please.
Please call {name}.
I want to talk to {name}.
""",
        dict(status=values.one_of('ringing', 'busy', 'connected')),
        """
I called {name}. The status is {status}.
The call to {name} is {status}.
""",
    ),
]
HELD_OUT = [
    tool(
        'reserve_table',
        'Reserve a table in a restaurant',
        'city few:guests time',
        """
Reserve a table in {city} for {few} guests at {time}.
I need a table for {few} people in {city} at {time}.
""",
    ),
    tool(
        'rent_car',
        'Rent a car',
        'city day few:days',
        """
Rent a car in {city} from {day} for {few} days.
I would like a car in {city} on {day} for {few} days.
""",
    ),
    tool(
        'translate_word',
        'Translate one word',
        'word language',
        """
What is the {language} word for {word}?
Give me {word} in {language}.
""",
    ),
    tool(
        'ship_parcel',
        'Ship a parcel to a person',
        'name:recipient city:destination number:weight',
        """
Ship a parcel of {number} kilograms to {name} in {city}.
Please send {name} in {city} a parcel that weighs {number} kilograms.
""",
    ),
    tool(
        'water_plants',
        'Water the plants in a room',
        'room minutes',
        """
Water the plants in the {room} for {minutes} minutes.
Give the plants in the {room} water for {minutes} minutes.
""",
    ),
    tool(
        'get_population',
        'Get the number of inhabitants of a city',
        'city',
        """
How many people live in {city}?
What is the population of {city}?
""",
    ),
    tool(
        'open_ticket',
        'Open a support ticket',
        'name:customer topic:problem',
        """
Open a ticket for {name} about {topic}.
{name} has a problem with {topic}, please open a ticket.
""",
    ),
    tool(
        'cancel_subscription',
        'Cancel the subscription of a customer',
        'email:account',
        """
Cancel the subscription of {email}.
{email} wants to cancel the subscription.
""",
    ),
    tool(
        'set_volume',
        'Set the volume of the speaker',
        'number:percent',
        """
Set the volume to {number} percent.
Make it {number} percent loud.
""",
    ),
    tool(
        'charge_battery',
        'Charge a battery up to a level',
        'id:battery number:level',
        """
Charge battery {id} to {number} percent.
Please charge the battery {id} up to {number} percent.
""",
    ),
    tool(
        'invite_guest',
        'Invite a guest to an event',
        'name:guest date',
        """
Invite {name} for {date}.
Please invite {name} to the event on {date}.
""",
    ),
    tool(
        'print_document',
        'Print a document',
        'file:document few:copies',
        """
Print {few} copies of {file}.
I need {file} printed {few} times.
""",
    ),
    tool(
        'get_tide',
        'Get the tide at a harbor',
        'city:harbor day',
        """
When is the tide in {city} on {day}?
Tide in {city} on {day}?
""",
    ),
    tool(
        'donate',
        'Donate money',
        'much name:beneficiary',
        """
Donate {much} dollars to {name}.
I want to give {name} {much} dollars.
""",
    ),
    tool(
        'block_port',
        'Block a network port of a host',
        'much:port word:host',
        """
Block port {much} on host {word}.
On the host {word}, block port {much}.
""",
    ),
]
