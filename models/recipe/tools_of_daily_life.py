"""More tools to learn from, of daily life: household, health, sport, school, travel, hobbies.

Two rules that the calls depend on: a slot never stands inside [alternatives], as a call has the argument of
every slot that its wording has, and answers use no slot of an optional parameter.
"""

import values
import words
from tool_catalog import DONE, tool

SHOP = values.one_of('corner shop', 'market hall', 'old mill store', 'station kiosk', 'town store')
LEVEL = values.one_of('low', 'medium', 'high', 'very high')

TOOLS = [
    # pets
    tool(
        'feed_pet|give_food|petFeeder',
        'Feed an animal of the household|Puts food into the bowl of a pet|Serve a pet its meal',
        'name:pet|pet_name|animal food:feed|meal',
        """
Feed {name} with {food}.
{name} is hungry and would like {food}.
Put {food} into the bowl of {name}.
Could you serve {food} to {name}, please?
It's time that {name} gets [something to eat|a meal]: {food}.
I want {name} to have {food}[ now| for lunch|].
""",
        dict(status=values.one_of('fed', 'served'), grams=values.whole(20, 400)),
        """
{name} got {grams} grams of {food}.
I gave {name} {food}: {grams} grams.
""",
    ),
    # health
    tool(
        'log_weight|weight_entry|addWeight|save_body_weight',
        'Record the body weight of a person|Saves how heavy somebody is, in kilograms',
        'name:patient|person number:kilograms|kg|weight',
        """
{name} weighs {number} kilograms.
Write down that {name} has {number} kilograms now.
Record {number} kg for {name}.
The scale shows {number} for {name}. Please save that.
How about noting the weight of {name}: {number} kilograms?
I weighed {name}[ today| this morning|], it was {number} kilograms.
""",
    ),
    tool(
        'medicine_reminder|remind_pills|add_medication',
        'Remind me of a medicine at a time|Plan when a drug is taken|Adds a medication to the daily plan',
        'word:medicine|drug|medication time:dose_time|intake few?:pills|tablets',
        """
Remind me to take {word} at {time}.
At {time} I have to swallow {few} pills of {word}.
My doctor says I need {word}, always at {time}.
{few} tablets of {word} at {time}, don't let me forget.
I keep forgetting my {word}. Could you tell me at {time}?
Put the medicine {word} into my plan for {time}.
Every day at {time}: {few} {word} pills.
""",
        dict(plan=values.identifier),
        """
I will remind you of {word} at {time}.
{word} is in your plan {plan}, at {time}.
""",
    ),
    tool(
        'see_doctor|doctor_appointment|bookDoctor',
        'Book an appointment with a doctor|Asks a medical office for a free slot',
        'name:doctor|physician|dentist day:visit_day time:visit_time|slot',
        """
I need to see doctor {name}, {day} at {time}.
Is doctor {name} free at {time} {day}?
{day}, {time}: make me an appointment with the dentist {name}.
My tooth hurts. Get me to doctor {name} {day} around {time}.
At {time} {day} I would like to visit doctor {name}.
Let doctor {name} have a look at my knee, {day} at {time}.
""",
        dict(office=values.whole(1, 40)),
        """
You see doctor {name} at {time} in office {office}.
Your appointment with doctor {name}: {day} at {time}, office {office}.
""",
    ),
    tool(
        'add_allergy|note_allergy|saveAllergy',
        'Note that a person must not eat something|Stores a food allergy of a patient',
        'name:patient|eater food:allergen|forbidden_food',
        """
{name} is allergic to {food}.
Please remember that {food} makes {name} ill.
Never give {food} to {name}, put that in the file.
Add {food} to what {name} cannot eat.
No {food} for {name} any more, says the doctor.
Can you store an allergy for {name}? It's {food}.
""",
    ),
    tool(
        'log_sleep|sleep_diary|track_sleep',
        'Keep a diary of sleep|Save how many hours somebody slept',
        'few:hours|hours_slept day:night|night_of',
        """
I slept {few} hours {day}.
{day} I got {few} hours of sleep.
Add {few} hours to my sleep diary for {day}.
Only {few} hours in bed, that was {day}.
For {day}, please note a night of {few} hours.
My night: {few} hours. Day: {day}.
""",
        dict(average=values.whole(4, 10)),
        """
I noted {few} hours. Your average is {average} hours.
Saved: {few} hours. On average you sleep {average} hours.
""",
    ),
    # sport
    tool(
        'log_run|add_run|runTracker',
        'Add a run to the sports diary|Saves the distance and time of a jog',
        'number:kilometers|km|distance minutes:run_minutes|run_time',
        """
I ran {number} kilometers in {minutes} minutes.
It took me {minutes} minutes to jog {number} kilometers.
Save my run: {number} km, {minutes} minutes.
{minutes} minutes of running today, {number} kilometers in all.
Please put {number} kilometers into my running diary, time {minutes} minutes.
Can you keep track of my jog? {number} km and {minutes} minutes.
""",
        dict(calories=values.whole(50, 1500)),
        """
{number} kilometers in {minutes} minutes: you burned {calories} calories.
Saved. That was {calories} calories.
""",
    ),
    tool(
        'plan_workout|add_exercise|gym_set',
        'Put an exercise into the gym plan|Adds sets with a weight to the workout',
        'word:exercise|workout few:sets|rounds number:kilograms|load',
        """
Put {few} sets of {word} with {number} kilograms into my plan.
I want to lift {number} kilograms in {few} sets, the exercise is {word}.
For {word}, I do {few} rounds at {number} kg.
With {number} kilograms, could I do {few} sets of {word}? Add it.
Next time at the gym: {word}, {number} kilograms, {few} sets.
My trainer wants {few} rounds of {word} and {number} kilograms on the bar.
""",
    ),
    tool(
        'add_steps|count_steps|stepCounter',
        'Add steps to the step counter|Record how many steps were walked on a day',
        'much:steps|step_count day:walked_on|day',
        """
I walked {much} steps {day}.
{day}: {much} steps.
My watch says {much} steps for {day}, please add them.
Count {much} more steps for {day}.
Did you know that I made {much} steps {day}? Save it.
The day was {day} and I took {much} steps.
""",
        dict(goal=values.one_of('reached', 'missed', 'almost reached')),
        """
{much} steps are saved, the goal is {goal}.
I added {much} steps. Goal: {goal}.
""",
    ),
    tool(
        'log_laps|swim_laps|swimDiary',
        'Save how many laps somebody swam|A diary for the swimming pool',
        'name:swimmer few:laps|lanes',
        """
{name} swam {few} laps.
Write {few} laps down for {name}.
In the pool today: {name} with {few} laps.
{few} laps were swum by {name}.
{name} just got out of the water after {few} laps.
How many laps? {few}. Who? {name}.
""",
    ),
    tool(
        'match_result|game_result|get_score|lastMatch',
        'Look up how a team played|Returns the result of the last match of a club',
        'word:team|club day?:match_day',
        """
How did {word} play?
Did {word} win {day}?
What was the score of {word}[ last time| in the end|]?
I missed the match of {word} {day}, who won?
Tell me the result of the club {word}.
{word} fans want to know: how many goals were there?
""",
        dict(goals=values.whole(0, 6), against=values.whole(0, 6)),
        """
{word} played {goals} to {against}.
The score was {goals} to {against} for {word}.
""",
    ),
    # kitchen
    tool(
        'boil_eggs|egg_cooker|cookEggs',
        'Boil eggs in the egg cooker|Starts the egg cooker',
        'few:eggs|egg_count minutes:boil_minutes|cooking_time',
        """
Boil {few} eggs for {minutes} minutes.
I'd like {few} eggs, cooked {minutes} minutes.
{minutes} minutes for {few} eggs, please.
Can the cooker make {few} eggs in {minutes} minutes?
Breakfast! We need {few} eggs, and they take {minutes} minutes.
Let the eggs cook {minutes} minutes, there are {few} of them.
""",
    ),
    tool(
        'scale_recipe|adjust_portions|recipe_for',
        'Change a recipe to another number of portions|Computes how much of everything a dish needs',
        'food:recipe_name|recipe few:portions|servings|eaters',
        """
I want to make {food} for {few} people.
How much do I need for {few} portions of {food}?
We are {few} tonight and there will be {food}.
Change the recipe for {food} to {few} servings.
{few} eaters, {food}: what are the amounts?
Make the recipe of {food} big enough for {few}.
""",
        dict(grams=values.whole(100, 3000), spoons=values.whole(1, 9)),
        """
For {few} portions of {food} you need {grams} grams of flour and {spoons} spoons of oil.
Take {grams} grams and {spoons} spoons of oil for {food}.
""",
    ),
    tool(
        'add_groceries|grocery_list|shoppingList|put_on_shopping_list',
        'Put food on the shopping list|Adds packs of something to the grocery list',
        'food:grocery|article few?:packs|packages',
        """
We are out of {food}.
Put {food} on the shopping list.
There is no {food} left at home, so {few} packs please.
{few} packs of {food} for the list.
When I am at the market I must not forget {food}.
Could you write {food} on the grocery list? We need {few} packages.
I need to bring home {food}.
""",
        dict(entries=values.whole(1, 30)),
        """
Your list has {entries} entries now, the last is {food}.
I put {food} on the list.
""",
    ),
    # household
    tool(
        'start_washing|wash_clothes|washingMachine',
        'Start the washing machine|Washes the laundry of a color at a temperature',
        'color:laundry_color|laundry number:wash_degrees|degrees minutes?:wash_minutes',
        """
Wash the {color} clothes at {number} degrees.
The {color} laundry is dirty, {number} degrees will do.
Start the machine: {number} degrees, {color} things.
{number} degrees and {minutes} minutes for my {color} shirts, please.
I have a basket of {color} clothes. Can they be washed at {number} degrees?
Let the {color} laundry run for {minutes} minutes at {number} degrees.
""",
        dict(ends=values.time),
        """
The {color} laundry is ready at {ends}.
The machine runs at {number} degrees until {ends}.
""",
    ),
    tool(
        'vacuum_room|robot_vacuum|cleanFloor',
        'Send the cleaning robot to a room|The robot vacuums the floor of a room',
        'room:cleaning_zone|floor|room time?:begin|start_at',
        """
Vacuum the {room}.
The floor of the {room} is full of crumbs.
Send the robot to the {room} at {time}.
At {time}, let the robot clean the {room}.
There is dust everywhere in the {room}, do something about it.
I would love a clean floor in the {room}.
Is it possible to have the {room} swept by the robot?
""",
        dict(status=values.one_of('started', 'planned'), meters=values.whole(4, 60)),
        """
The robot will clean {meters} square meters in the {room}.
Done: {room}, {meters} square meters.
""",
    ),
    tool(
        'run_bath|fill_bathtub|bathWater',
        'Let water into the bathtub|Fills the bath with water of a temperature',
        'number:bath_degrees|warmth unit:scale|degree_unit',
        """
Run a bath at {number} degrees {unit}.
I want to bathe in water of {number} degrees {unit}.
Fill the tub, {number} {unit} please.
Could I have a bath with {number} degrees {unit}?
{number} {unit} is how I like my bath.
After work I need a warm tub: {number} degrees {unit}.
""",
    ),
    tool(
        'ceiling_fan|fan_control|switchFan',
        'Switch the fan of a room on or off|Controls the ceiling fans',
        'switch:fan_state|fan|power room:fan_room|room',
        """
Fan {switch} in the {room}.
Turn the fan in the {room} {switch}.
In the {room} I want the fan {switch}.
Can the {room} fan be {switch}?
The air in the {room} is not good, so switch {switch} the fan.
I'd like the ceiling fan of the {room} to be {switch}.
""",
        dict(power=values.whole(0, 60)),
        """
The fan in the {room} is {switch}.
Fan {switch}. The {room} uses {power} watts.
""",
    ),
    tool(
        'child_lock|lock_stove|childSafety',
        'Turns the child lock of the stove on or off|Safety switch for the kitchen',
        'switch:lock_state|child_lock|mode minutes?:lock_minutes',
        """
Turn the child lock {switch}.
Child lock {switch}, please.
The kids are here, so put the lock of the stove {switch} for {minutes} minutes.
For {minutes} minutes the stove lock should be {switch}.
Is the child lock {switch}? If not, make it so.
I want the safety lock {switch}.
""",
    ),
    tool(
        'room_climate|indoor_climate|roomSensor',
        'Reads the sensor of a room: warmth and humidity|Returns how warm and damp a room is',
        'room:sensor|sensor_room unit?:scale|shown_in',
        """
How warm is the {room}?
Is the air in the {room} too dry?
Give me the humidity of the {room}.
What does the sensor in the {room} say, in {unit}?
I feel cold in the {room}. How many degrees {unit} are there?
Read the climate of the {room} in {unit}.
""",
        dict(degrees=values.whole(12, 30), humidity=values.whole(20, 90)),
        """
The {room} has {degrees} degrees and {humidity} percent humidity.
It is {degrees} degrees in the {room}, humidity {humidity}.
""",
    ),
    tool(
        'assign_chore|give_chore|choreWheel',
        'Give a family member a chore|Assigns housework to somebody',
        'name:family_member|helper|assignee errand:chore|job day?:until_day',
        """
{name} has to {errand}.
Let {name} {errand}.
It is the turn of {name} to {errand}.
Until {day} {name} should {errand}.
Whose job is it to {errand}? Give it to {name}.
I want {name} to {errand}, {day} at the latest.
Housework for {name}: {errand}
""",
        dict(stars=values.whole(1, 5)),
        """
{name} will {errand} and gets {stars} stars for it.
The chore went to {name}, for {stars} stars.
""",
    ),
    tool(
        'pin_message|family_board|fridgeNote',
        'Pin a message to the family board|Leaves a text on the fridge for everybody',
        'message:board_text|fridge_text color?:paper|paper_color',
        """
Pin this to the board: {message}
Leave a text on the fridge: {message}
Everybody at home should read this: {message}
Use {color} paper and write on the board: {message}
On a {color} sheet for the fridge: {message}
"{message}" should hang in the kitchen.
""",
    ),
    tool(
        'pay_parking|parking_ticket|parkCar',
        'Pay for a parking place|Starts parking for a plate',
        'id:plate|license_plate minutes:parking_minutes|stay',
        """
Pay {minutes} minutes of parking for {id}.
My car {id} will stand here for {minutes} minutes.
Plate {id}, {minutes} minutes, please pay.
I'm only gone for {minutes} minutes, so get a parking ticket for {id}.
Can I park {id} for {minutes} minutes?
The parking meter wants money for the car with the plate {id}: {minutes} minutes.
""",
        dict(cents=values.whole(50, 900), ends=values.time),
        """
{id} may stand there until {ends}, for {cents} cents.
Parking for {minutes} minutes costs {cents} cents.
""",
    ),
    # garden
    tool(
        'mow_lawn|lawn_robot|mowGrass',
        'Send the mower over the lawn|Mows the grass for some minutes',
        'minutes:mowing_minutes|mowing_time day?:mowing_day',
        """
Mow the lawn for {minutes} minutes.
The grass is too high, {minutes} minutes of mowing will help.
{day}, let the mower run for {minutes} minutes.
How about {minutes} minutes of mowing {day}?
I want short grass. Give the mower {minutes} minutes.
{minutes} minutes should be enough to cut the grass.
""",
        dict(area=values.whole(20, 900)),
        """
The mower cuts {area} square meters in {minutes} minutes.
The lawn will be mowed: {area} square meters.
""",
    ),
    tool(
        'sow_seeds|seed_plan|plantRows',
        'Plan what is sown in the garden|Adds rows of seeds to a garden bed',
        'word:seed|crop few:rows|bed_rows date?:sow_date',
        """
Sow {few} rows of {word}.
This year I'd like {word}, {few} rows of it.
On {date} I will put {few} rows of {word} into the ground.
{few} rows of the garden bed are for {word}.
Is there room for {few} rows of {word} from {date} on?
In my garden {word} should grow, in {few} rows.
""",
    ),
    tool(
        'lend_tool|lend_item|lendThing',
        'Note what was lent to whom|Lends a thing to a neighbor until a date',
        'thing:lent_item|borrowed name:borrower|neighbor date?:return_by|back_on',
        """
{name} borrows my {thing}.
I lent the {thing} to {name}.
Until {date}, {name} can keep the {thing}.
The {thing} is at {name} now, remember that.
Our neighbor {name} asked for the {thing} and brings it back on {date}.
Who has the {thing}? Write down: {name}.
""",
        dict(entry=values.identifier),
        """
I noted that {name} has the {thing}.
{thing}: lent to {name}, entry {entry}.
""",
    ),
    # family and school
    tool(
        'gift_ideas|suggest_gift|findPresent',
        'Suggest presents for a person|Ideas for gifts up to a price',
        'name:birthday_child|receiver much:budget|max_price topic?:hobby|interest',
        """
What can I give to {name} for {much} dollars?
I have {much} dollars and no present for {name}.
{name} likes {topic}. Any ideas up to {much} dollars?
Suggest a gift for {name}, budget {much}.
With {much} dollars, what would make {name} happy?
A present about {topic} for {name}, not more than {much} dollars, please.
""",
        dict(present=values.thing, price=values.whole(5, 99)),
        """
What about a {present} for {price} dollars?
{name} would like a {present}. It costs {price} dollars.
""",
    ),
    tool(
        'report_absence|absent_today|sickNote',
        'Tell the school that a child does not come|Report that a pupil is absent',
        'name:pupil|student|child day:missed_day|absent_on',
        """
{name} cannot come to school {day}.
{name} is ill {day}, tell the teacher.
{day} the teacher has to do without {name}.
Please excuse {name} from school {day}.
My child has a fever. The name is {name} and it is about {day}.
Can you let the school know about {name}? No lessons {day}.
""",
    ),
    tool(
        'add_homework|homework_diary|homeworkPlanner',
        'Enter homework into the diary|Adds what a pupil has to hand in and when',
        'topic:school_subject|lesson date:hand_in|deadline',
        """
I have homework about {topic} for {date}.
By {date} we have to write something on {topic}.
The teacher wants a page about {topic} on {date}.
Homework: {topic}. Deadline: {date}.
Put {topic} into my homework diary, it must be finished on {date}.
When is it due? {date}. And what? {topic}.
""",
        dict(left=values.whole(1, 20)),
        """
You have {left} days left for {topic}.
Homework about {topic} is entered for {date}.
""",
    ),
    tool(
        'add_exercise_sheet|worksheet|mathSheet',
        'Put a sum onto the worksheet of a pupil|Collects exercises for a math lesson',
        'expression:exercise|problem name:pupil|learner',
        """
{name} should practice {expression}.
Put {expression} onto the worksheet of {name}.
A new exercise for {name}: {expression}
I want {name} to solve {expression} at home.
On the math sheet for {name}, add {expression}.
Is {expression} too hard for {name}? Let's try, put it on the sheet.
""",
        dict(exercise=values.whole(1, 40)),
        """
It is exercise {exercise} of {name}, and {result} is the solution.
{expression} is on the sheet of {name}. The solution is {result}.
""",
    ),
    tool(
        'vocabulary_quiz|start_quiz|languageQuiz',
        'Start a quiz about a foreign language|Asks questions for language learners',
        'language:quiz_language|learned few:questions|rounds',
        """
Ask me {few} questions in {language}.
I want to practice {language}, {few} questions.
Start a {language} quiz with {few} questions.
{few} rounds of {language}, I have an exam.
Could we train my {language}? {few} questions are enough.
How good is my {language}? Find out with {few} questions.
""",
        dict(quiz=values.identifier),
        """
Your {language} quiz {quiz} has {few} questions.
Let us begin with {language}: {few} questions.
""",
    ),
    tool(
        'start_tutor|tutor_chat|aiTutor',
        'Start a lesson with an artificial tutor|Lets a language model teach something',
        'model:tutor|teacher topic:lesson_topic|lesson',
        """
I want {model} to teach me about {topic}.
Let {model} explain {topic}.
Start a lesson on {topic} with the tutor {model}.
Could {model} tell the children about {topic}?
My teacher is {model} and today we learn about {topic}.
Learning about {topic} is more fun with {model}, open the lesson.
""",
    ),
    # travel
    tool(
        'next_bus|busTimetable|bus_connection',
        'Look up when a bus goes|Returns the next bus between two places',
        'city:from_stop|departure|from city2:to_stop|arrival|to time?:not_before|after',
        """
When does the next bus go from {city} to {city2}?
Is there a bus to {city2} from {city}?
I have to get to {city2} by bus, I am in {city}.
After {time}, which bus leaves {city} for {city2}?
Bus from {city} to {city2}, not before {time}.
How do I get from {city} to {city2} without a car?
I'm waiting in {city} for the bus to {city2}.
""",
        dict(line=values.whole(1, 199), leaves=values.time),
        """
Bus {line} leaves {city} at {leaves}.
Take bus {line} to {city2}. It goes at {leaves}.
""",
    ),
    tool(
        'train_ticket|buy_train_ticket|railTicket',
        'Buy a ticket for the train|Sells rail tickets between two cities',
        'city:origin|start_station city2:terminus|end_station date:travel_date|valid_on',
        """
A train ticket from {city} to {city2} for {date}, please.
On {date} I take the train from {city} to {city2}.
I need to be in {city2} on {date}, by train from {city}.
Get me a rail ticket to {city2}. I start in {city} on {date}.
How much is the train from {city} to {city2} on {date}? Buy it.
My grandmother wants to go by rail to {city2} on {date}, she lives in {city}.
""",
        dict(ticket=values.identifier, price=values.whole(9, 180)),
        """
Ticket {ticket} from {city} to {city2} costs {price} dollars.
You go to {city2} on {date} with the ticket {ticket}.
""",
    ),
    tool(
        'train_delay|is_train_late|trainStatus',
        'Check if a train is late|Returns the delay and the platform of a train',
        'id:train|train_number city?:at_station|station',
        """
Is train {id} late?
Has {id} left {city} [yet|on time]?
How many minutes behind is the train {id}?
I'm standing at the platform and {id} does not come.
When will {id} be in {city}?
Check the delay of train {id}.
""",
        dict(delay=values.whole(0, 90), platform=values.whole(1, 24)),
        """
Train {id} is {delay} minutes late, on platform {platform}.
{id} has a delay of {delay} minutes.
""",
    ),
    tool(
        'bike_tour|plan_bike_tour|cyclingTrip',
        'Plan a tour by bicycle|Finds a round trip for cyclists around a town',
        'city:start_town|around number:kilometers|tour_length day?:ride_day',
        """
I'd like to cycle {number} kilometers around {city}.
Plan a bike tour of {number} km near {city}.
{day} we take the bikes, {number} kilometers from {city}.
Where can I ride {number} kilometers by bicycle in {city}?
A round trip on two wheels: {city}, {number} km, {day}.
Starting in {city}, my bike and I want to do {number} kilometers.
""",
        dict(sight=values.one_of(*words.PLACES), climb=values.whole(50, 1200)),
        """
Your tour of {number} kilometers goes by a {sight} and climbs {climb} meters.
From {city} you ride past a {sight}, {climb} meters up.
""",
    ),
    tool(
        'report_lost|lost_and_found|lostProperty',
        'Report something that was lost on the way|Asks the lost property office for a thing',
        'thing:lost_thing|lost_item city:last_seen|lost_in color?:looks|item_color',
        """
I lost my {thing} in {city}.
My {thing} is gone, it was in {city}.
Did anybody find a {color} {thing} in {city}?
In {city} I forgot a {thing} on the train.
Ask the office in {city} for my {thing}, it is {color}.
Somewhere in {city} there must be my {thing}. Please report it.
""",
        dict(case=values.identifier),
        """
Your {thing} is reported as {case}.
I told the office in {city} about the {thing}. The case is {case}.
""",
    ),
    tool(
        'withdraw_cash|order_cash|travelCash',
        'Order cash for a journey|Gets travel money in a currency',
        'much:cash|banknotes currency:cash_currency|money date?:pickup_date',
        """
I need {much} {currency} in cash.
Order {much} {currency} for my holiday.
On {date} I'll pick up {much} {currency} at the bank.
Can the bank give me {much} in {currency}?
For our journey we want {currency} notes, {much} in all.
Have {much} {currency} ready on {date}.
""",
    ),
    tool(
        'rate_alert|watch_rate|currencyAlert',
        'Tell me when an exchange rate changes|Watches the rate between two currencies',
        'currency:home_currency|sold currency2:holiday_currency|bought',
        """
Watch the rate from {currency} to {currency2}.
Tell me when {currency2} gets cheaper, I pay in {currency}.
I have {currency} and wait for a better rate to {currency2}.
Keep an eye on {currency} against {currency2}.
Could you warn me if the rate of {currency} to {currency2} moves?
Is now the time to change {currency} into {currency2}? Send me an alert.
""",
    ),
    # shopping
    tool(
        'compare_prices|find_cheapest|bestPrice',
        'Find the cheapest shop for something|Compares prices in the shops of a town',
        'thing:article|wanted city:store_town|shops_in',
        """
Where is the cheapest {thing} in {city}?
Who sells a {thing} in {city} for little money?
I want to buy a {thing} but prices in {city} are high, compare them.
In {city}, what does a {thing} cost?
Find a shop in {city} with a cheap {thing}.
Compare the prices for a {thing}, shops of {city} only.
""",
        dict(price=values.whole(1, 300), shop=SHOP),
        """
The {shop} in {city} sells it for {price} dollars.
A {thing} costs {price} dollars at the {shop}.
""",
    ),
    tool(
        'return_item|return_purchase|sendBack',
        'Give back what was bought|Returns an article and gets the money back',
        'id:receipt|receipt_number thing:returned_item|unwanted',
        """
I want to give back the {thing}, receipt {id}.
The {thing} does not fit me. The receipt is {id}.
Receipt {id}: take back the {thing}.
My money back for the {thing}, please. It is on receipt {id}.
Can I return the {thing} that I bought with {id}?
On {id} there is a {thing} that I do not need.
""",
        dict(refund=values.whole(1, 400)),
        """
You get {refund} dollars back for the {thing}.
The {thing} is taken back, you get {refund} dollars.
""",
    ),
    tool(
        'watch_share|add_to_watchlist|shareWatch',
        'Put a share on the watch list|Follows a stock that somebody owns',
        'symbol:share|share_symbol few?:shares|owned name?:holder',
        """
Follow {symbol} for me.
Put {symbol} on the watch list of {name}.
I own {few} shares of {symbol}, keep an eye on them.
{name} has {few} {symbol} shares and wants to follow them.
Let me know what happens to {symbol}.
Is {symbol} on my watch list? If not, add it.
""",
    ),
    # entertainment, library
    tool(
        'cinema_tickets|movie_tickets|bookCinema',
        'Buy tickets for the cinema|Gets seats for a film',
        'song:movie|film few:seats|tickets time:showing|film_time',
        """
{few} seats for {song} at {time}.
We want to see {song} at {time}, we are {few}.
At {time} they show {song}. Get {few} tickets!
Can we have {few} tickets for the film {song}, the one at {time}?
I'd like to go to the movies with friends: {song}, {time}, {few} seats.
Get us into {song}, {few} people, {time}.
""",
        dict(row=values.whole(1, 25), price=values.whole(8, 150)),
        """
You have {few} seats for {song} in row {row}.
{few} tickets for {song} cost {price} dollars, row {row}.
""",
    ),
    tool(
        'rate_film|give_stars|rateMovie',
        'Rate a film with stars|Saves an opinion about a movie',
        'song:film|film_title few:stars|rating',
        """
I give {few} stars to {song}.
{song} was great, {few} stars!
Rate the film {song} with {few}.
{few} out of 12 for {song}.
What a movie! {song} deserves {few} stars.
We saw {song} [yesterday|last week]. My rating is {few}.
""",
    ),
    tool(
        'record_show|tv_recorder|recordProgram',
        'Record a show on television|Plans a recording for the evening program',
        'song:show|program day:air_day time:air_time|begins',
        """
Record {song} {day} at {time}.
I can't watch {song} {day}, it starts at {time}.
{day} at {time} they show {song}. I don't want to miss it.
At {time} {day}, tape the show {song}.
Will you keep {song} for me? It is on {day}, {time}.
On TV {day}: {song}, {time}. Please record.
""",
    ),
    tool(
        'borrow_book|library_loan|lendBook',
        'Borrow a book from the library|Checks out a library book for a reader',
        'song:book_title|book name:reader|card_holder',
        """
{name} wants to borrow {song}.
Check out the book {song} for {name}.
Is {song} in the library? {name} would like to read it.
{name} takes home {song}.
I'm here for a book, it's called {song}. My card says {name}.
Let {name} read {song}.
""",
        dict(due=values.date, shelf=values.whole(1, 90)),
        """
{song} is on shelf {shelf}. {name} can keep it until {due}.
{name} has {song} until {due}.
""",
    ),
    tool(
        'renew_loan|extend_loan|renewBook',
        'Keep a library book for longer|Extends the loan of a book to a date',
        'id:loan_number|loan|barcode date:new_due|keep_until',
        """
I'd like to keep the book {id} until {date}.
Renew the loan {id} to {date}.
Until {date} I need {id}, I have not finished reading.
Can I have {id} longer? {date} would be fine.
The library wants {id} back but I read slowly. Extend it to {date}.
Loan {id}: new date {date}.
""",
    ),
    tool(
        'find_audiobook|audiobook_search|listenTo',
        'Find an audiobook in a language|Searches for books to listen to',
        'topic:genre|story_about language:spoken_language|voice minutes?:max_minutes',
        """
I want to listen to something about {topic} in {language}.
Find a {language} audiobook about {topic}.
Is there a story on {topic}, read in {language}?
For a drive of {minutes} minutes: {topic}, spoken in {language}.
My kids only understand {language} and love {topic}, so find them something to hear.
{language}, {topic}, not longer than {minutes} minutes: which audiobook?
""",
        dict(book=values.song, reader=values.name),
        """
{book} is read by {reader} in {language}.
I found the audiobook {book} about {topic}.
""",
    ),
    # phone, photos
    tool(
        'add_contact|save_contact|newContact',
        'Save a person in the address book|Adds a contact with a number',
        'name:contact_name|full_name phone:mobile|cell email?:mail_address',
        """
Save {name} with the number {phone}.
{phone} is the number of {name}.
{name} has a new phone: {phone}, and the mail is {email}.
Put {name} into my contacts: {phone}
I just met {name}, who can be reached at {phone}.
In the address book, {name} should have {phone} and {email}.
""",
    ),
    tool(
        'redirect_calls|callForwarding',
        'Send incoming calls to another phone|Forwards calls to a number',
        'phone:forward_to|target_phone time?:until|ends_at',
        """
Forward my calls to {phone}.
I am out, let people reach me at {phone}.
Until {time} all calls should go to {phone}.
Whoever calls should get {phone}.
Can you send my calls to {phone} until {time}?
My phone is broken, so use {phone} for calls to me.
""",
    ),
    tool(
        'tag_photo|name_face|tagFace',
        'Say who is on a photo|Marks a person in a picture',
        'file:snapshot|image name:face|shown_person',
        """
That is {name} on {file}.
Tag {name} in {file}.
On {file} you can see {name}.
The face in {file} belongs to {name}.
Who is on {file}? It's {name}, mark it.
{name} is the person in the picture {file}.
""",
    ),
    tool(
        'enlarge_photo|upscale_image|sharpenPhoto',
        'Make a photo larger with a model|Sharpens an image with a neural network',
        'file:photo|blurry_image model:upscaler|network few?:factor|times',
        """
Make {file} larger with {model}.
{file} is not sharp. Try {model} on it.
Let {model} enlarge {file} {few} times.
I'd like {file} bigger, use the model {model}.
With {model}, can {file} get {few} times as big?
Run {model} over the photo {file}.
""",
    ),
    # hobbies
    tool(
        'practice_log|log_practice|musicPractice',
        'Record how long an instrument was practiced|A diary for music lessons',
        'thing:instrument minutes:practice_minutes|practiced name?:musician',
        """
I practiced the {thing} for {minutes} minutes.
{minutes} minutes on the {thing}, write that down.
{name} played the {thing} for {minutes} minutes.
Today it was {minutes} minutes with my {thing}.
How diligent: {name} spent {minutes} minutes at the {thing}.
In the music diary, enter {minutes} minutes. The instrument is a {thing}.
""",
        DONE,
        """
{minutes} minutes on the {thing} are in the diary.
I wrote down {minutes} minutes for the {thing}.
""",
    ),
    tool(
        'bookmark_page|save_page|readingMark',
        'Remember the page of a book|Sets a bookmark while reading',
        'song:novel|book number:page|page_number',
        """
I am on page {number} of {song}.
Put a bookmark at page {number} in {song}.
In {song} I stopped at page {number}.
I read {song} up to page {number}, [remember that|don't lose it].
Page {number}, {song}: I go on tomorrow.
Where was I in {song}? Please note {number}.
""",
    ),
    tool(
        'board_game_night|game_night|gameEvening',
        'Plan an evening with a board game|Sets up a game for some players',
        'word:board_game|game few:players|player_count day?:game_day',
        """
Let's play {word} with {few} players.
We are {few} and want to play {word}.
{day} is game night: {word}, {few} players.
Can {few} people play {word} {day}?
I bought {word}! Set it up for {few}.
Take {word} from the shelf, there are {few} of us.
""",
    ),
    tool(
        'find_yarn|yarn_shop|knittingYarn',
        'Look for wool to knit with|Searches yarn of a color and length',
        'color:yarn_color|wool number:meters|yarn_meters',
        """
I want to knit something and need {number} meters of {color} wool.
Is there {color} yarn, {number} meters?
{number} meters, {color}: find me the wool.
My scarf has to be {color}, that takes {number} meters of yarn.
Get {color} wool for knitting, {number} meters of it.
Who sells {number} meters of yarn in {color}?
""",
        dict(brand=values.proper, balls=values.whole(1, 12)),
        """
{balls} balls of {brand} are enough.
I found {color} wool: {brand}, {balls} balls.
""",
    ),
    # sky and air
    tool(
        'pollen_level|pollen_count|hayFever',
        'Returns how much pollen is in the air|Pollen in a town, for people with hay fever',
        'city:pollen_place|air_of day?:pollen_day',
        """
How much pollen is there in {city}?
I have hay fever. Can I go out in {city} {day}?
Is the air in {city} full of pollen?
Pollen in {city} {day}?
My nose runs all the time here in {city}, what is flying around?
Check {city} for pollen, please.
""",
        dict(level=LEVEL, plant=values.one_of('grass', 'birch', 'hazel', 'oak')),
        """
The level in {city} is {level}, mostly {plant}.
There is {plant} pollen in {city}: {level}.
""",
    ),
    tool(
        'snow_report|ski_report|skiConditions',
        'Returns how much snow there is|Look up the slopes of a place to ski',
        'city:ski_resort|resort unit?:frost_unit',
        """
Is there enough snow to ski in {city}?
How deep is the snow in {city}?
I want to go skiing in {city}. What are the slopes like?
Snow and frost in {city}, in {unit}?
Can we take our sledge to {city}?
Give me the ski report of {city} in {unit}.
""",
        dict(centimeters=values.whole(0, 300), slopes=values.whole(1, 60)),
        """
{city} has {centimeters} centimeters of snow and {slopes} open slopes.
There are {centimeters} centimeters of snow in {city}.
""",
    ),
    tool(
        'wall_display|show_gauge|pinGauge',
        'Show a value on a screen at home|Puts a gauge of the home server onto a display',
        'metric:gauge|shown_value room:screen|screen_room',
        """
Show {metric} on the screen in the {room}.
I want to see {metric} when I am in the {room}.
The display in the {room} should have {metric}.
In the {room}, put {metric} onto the wall.
Could the {room} screen show {metric}[ all day|]?
{metric} belongs on the display of the {room}.
""",
    ),
]
