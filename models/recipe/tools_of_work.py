"""Tools about work and machines for the corpus: offices, shops, servers, code, factories, farms, hospitals,
schools, banks. Training only.
"""

import values
from tool_catalog import DONE, tool

TOOLS = [
    tool(
        'create_invoice|issueInvoice|new_invoice|bill_customer',
        'Create an invoice for a customer|Bills a customer for a sum|Writes a new invoice',
        'name:customer|bill_to|debtor much:total|net_total|billed date?:due_date|payable_by',
        """
Bill {name} for {much} dollars.
I need an invoice over {much} for {name}.
{name} owes us {much}, please write the invoice.
Could you issue an invoice to {name}? The total is {much}.
Make out a bill of {much} to {name}, payable by {date}.
New invoice: {name}, {much}, due {date}
We should charge {name} {much} [for the repair|for the work|].
""",
        dict(invoice=values.code),
        """
The invoice {invoice} over {much} for {name} is written.
I billed {name}. The invoice is {invoice}.
""",
    ),
    tool(
        'mark_invoice_paid|settle_invoice|invoicePaid',
        'Mark an invoice as paid|Records that the money for an invoice came in',
        'id:invoice|invoice_number|invoice_no date?:paid_on|payment_date',
        """
Invoice {id} is paid.
Please mark invoice {id} as paid.
The money for {id} came in on {date}.
On {date} the customer paid bill {id}, note that.
Can you settle {id} in the books?
{id} has been paid, [tick it off|close it].
I want {id} to be shown as paid since {date}.
""",
    ),
    tool(
        'send_payment_reminder|remind_debtor|sendDunningLetter',
        'Remind a customer of an unpaid invoice|Sends a payment reminder by mail',
        'email:billing_contact|debtor_mail|remind id:overdue_invoice|unpaid',
        """
Remind {email} that {id} is still unpaid.
Invoice {id} is overdue. Please send a reminder to {email}.
{email} has not paid {id} yet, give them a nudge.
Could you ask {email} for the money of invoice {id}?
A payment reminder for {id} should go to {email}.
Why is {id} still open? Chase {email}.
""",
        DONE,
        """
I reminded {email} of invoice {id}.
The reminder about {id} went to {email}.
""",
    ),
    tool(
        'assign_project_lead|set_project_manager|projectLead',
        'Put a person in charge of a project|Sets the lead of a project',
        'name:lead|manager|responsible word:project|project_key',
        """
Put {name} in charge of project {word}.
{name} should lead {word} [from now on|].
Who leads {word}? Make it {name}.
Project {word} needs a manager, take {name}.
I would like {name} to be the manager of {word}.
Can {name} take over the {word} project?
Hand {word} over to {name}.
""",
        DONE,
        '{name} is now in charge of {word}.',
    ),
    tool(
        'log_hours|book_hours|track_work_time|logWork',
        'Log working hours on a project|Writes hours to the time sheet',
        'few:hours|hours_worked word:project|booking_code day?:worked_on|workday',
        """
I worked {few} hours on {word}.
Log {few} hours for {word}, please.
Put {few} hours of {word} in my time sheet.
{word} took me {few} hours {day}.
Time sheet for {day}: {few} hours, {word}
Can you book {few} hours on the {word} project?
My work on {word} was {few} hours, write that down.
""",
        dict(total_hours=values.whole(12, 160)),
        """
Logged. You now have {total_hours} hours on {word}.
{few} hours are booked on {word}, {total_hours} in total.
""",
    ),
    tool(
        'request_leave|requestVacation|book_vacation|apply_for_leave',
        'Request days of leave for an employee|Enters a vacation in the staff calendar',
        'name:staff_member|applicant date:first_day|leave_from few:days|leave_days',
        """
{name} wants {few} days off from {date}.
Enter a vacation of {few} days for {name}, starting {date}.
From {date} on, {name} is away for {few} days.
Can {name} have {few} days of leave from {date}?
Please give {name} leave: first day {date}, {few} days.
Holiday request: {name}, {date}, {few} days
""",
        dict(days_left=values.whole(0, 30)),
        """
The leave of {name} is entered, {days_left} days are left.
{name} is off from {date} and has {days_left} more days.
""",
    ),
    tool(
        'find_expert|who_knows|search_staff_by_skill',
        'Find colleagues with a skill|Who in the company knows something|Searches the staff by expertise',
        'word:skill|expertise city?:office|branch_office',
        """
Who knows about {word}?
Which of our people can do {word}?
I need somebody with experience in {word}.
Is there anybody in the {city} office who understands {word}?
Find me a {word} expert [please|].
In {city}, whom can I ask about {word}?
We are looking for a colleague with the skill {word}.
""",
        dict(expert=values.first_name),
        """
Ask {expert} about {word}.
{expert} knows {word}.
""",
    ),
    tool(
        'plan_shift|add_shift|assignShift|roster_worker',
        'Put a worker on a shift|Adds a shift to the roster',
        'name:worker|operator time:shift_start|begins_at day:shift_day|weekday',
        """
{name} works {day} from {time}.
Put {name} on the {time} shift {day}.
The shift {day} begins at {time}, {name} takes it.
Roster for {day}: {name}, {time}
Can {name} start at {time} {day}?
I need {name} here {day} at {time}, add the shift.
Let the shift of {name} begin at {time} {day}.
""",
        DONE,
        """
{name} is on the roster for {day}, {time}.
The shift of {name} starts at {time} {day}.
""",
    ),
    tool(
        'add_card|create_work_item|addCard|backlog_add',
        'Add a card to the board|Puts a work item on the team board',
        'errand:card|work_item|summary name?:assignee|assigned_to',
        """
Put a card on the board: {errand}
New work item: {errand}
The team still has to do this: {errand}
Add to the backlog: {errand}
For {name}, add a card: {errand}
{name} should do this next: {errand}
A card for {name} please: {errand}
""",
        dict(card_id=values.code),
        """
The card {card_id} is on the board.
Added as {card_id}.
""",
    ),
    tool(
        'get_stock_level|stock_of|check_inventory|inventoryLevel',
        'How many of an article are in stock|Returns the stock of an article|Checks the inventory',
        'thing:article|sku|goods city?:warehouse|depot|branch',
        """
How many of the {thing} do we have left?
Is the {thing} [still|] in stock?
Check the inventory for {thing}.
What is our stock of {thing} in {city}?
Does the warehouse in {city} have any {thing}?
I want to know how much {thing} there is.
{thing}: how many are on the shelves in {city}?
""",
        dict(in_stock=values.whole(0, 900)),
        """
There are {in_stock} pieces of {thing} in stock.
{in_stock} are left.
""",
    ),
    tool(
        'set_discount|discount_article|applyDiscount|reduce_price',
        'Reduce the price of an article by a percentage|Sets the discount of an article',
        'thing:article|goods number:percentage|percent_off|rebate',
        """
Make the {thing} {number} percent cheaper.
Take {number} percent off the {thing}.
The {thing} gets a discount of {number} percent.
{number} percent off on {thing}, please.
I want to sell the {thing} for {number}% less.
Could we reduce the {thing} by {number} percent?
Set the rebate on {thing} to {number}.
""",
        dict(new_price=values.amount),
        """
The {thing} now costs {new_price}.
With {number} percent off, the {thing} is {new_price}.
""",
    ),
    tool(
        'restart_server|reboot_host|rebootMachine|restart_machine',
        'Restart a server|Reboots a machine by its name',
        'word:host|server|hostname time?:restart_at|not_before',
        """
Restart {word}.
The server {word} hangs, please reboot it.
Can you bounce the machine {word}?
Reboot {word} at {time}.
At {time}, {word} should be restarted.
I think {word} needs a restart.
Turn the host {word} off and on again.
""",
        DONE,
        """
The server {word} restarts.
{word} was rebooted.
""",
    ),
    tool(
        'disk_usage|get_disk_usage|diskUsage|free_space',
        'How full the disk of a host is|Returns the used disk space of a machine',
        'word:host|machine|node',
        """
How full is the disk of {word}?
Is there still space on {word}?
Check the disk on {word}.
How many gigabytes are free on host {word}?
I fear that {word} runs out of disk space.
{word}: disk usage?
""",
        dict(used_percent=values.whole(1, 99), free_gb=values.whole(1, 900)),
        """
The disk of {word} is {used_percent} percent full, {free_gb} GB are free.
{free_gb} GB are free on {word}.
""",
    ),
    tool(
        'backup_database|dump_database|backupDb',
        'Back up a database to a file|Writes a dump of a database',
        'word:database|schema|db file:dump_file|target_file|output',
        """
Back up the database {word} to {file}.
Write a dump of {word} into {file}.
I need a copy of database {word} in {file}.
Save {word} as {file} before we change it.
{file} should hold a backup of the {word} database.
Could you dump {word}? Use the file {file}.
""",
        dict(megabytes=values.whole(1, 9000)),
        """
The dump {file} has {megabytes} megabytes.
{word} is saved in {file}.
""",
    ),
    tool(
        'drop_table|delete_table|dropTable',
        'Delete a table of the database|Removes a table with all its rows',
        'word:table|table_name',
        """
Drop the table {word}.
We no longer need table {word}.
Get rid of {word} in the database.
Can the table called {word} go away?
The rows in {word} are useless, delete the whole table.
Please remove the {word} table.
""",
    ),
    tool(
        'deploy_service|rollout|deployRelease|release_service',
        'Deploy a version of a service|Rolls out a release',
        'word:service|app|component id:version|release|build',
        """
Deploy {id} of {word}.
Roll out version {id} of the service {word}.
{word} should run {id} [now|].
Bring {word} to release {id}.
Can you put build {id} of {word} into production?
Release {id} is tested, {word} can have it.
I want {word} on version {id}.
""",
        DONE,
        """
{word} now runs {id}.
The release {id} of {word} is rolled out.
""",
    ),
    tool(
        'rollback_service|revert_deployment|rollbackDeploy',
        'Go back to an earlier version of a service|Reverts the last deployment',
        'word:deployment|service id?:revision|back_to',
        """
Roll {word} back.
The new {word} is broken, go back to {id}.
Revert the deployment of {word}.
Undo the last release of {word}.
Can {word} return to revision {id}?
I want the old {word} back.
To {id} with {word}, quickly!
""",
    ),
    tool(
        'scale_service|set_replicas|scaleWorkers',
        'Set how many workers a service has|Scales a pool up or down',
        'few:workers|replicas|instances word:pool|service',
        """
Scale {word} to {few} workers.
Give {word} {few} replicas.
{word} is too slow, run {few} instances of it.
I want {few} workers in the pool {word}.
How about {few} instances for {word}?
Let {few} copies of {word} run.
Set {word} to {few}.
""",
        DONE,
        '{word} has {few} workers now.',
    ),
    tool(
        'toggle_feature|set_feature_flag|featureFlag',
        'Turn a feature of the software on or off|Sets a feature flag',
        'word:flag|feature switch:enabled|flag_state',
        """
Turn the feature {word} {switch}.
Switch {word} {switch} for all users.
Feature flag {word}: {switch}
I want the flag {word} to be {switch}.
Can we have {word} {switch} in production?
From now on {word} should be {switch}.
""",
    ),
    tool(
        'create_branch|new_branch|createBranch|start_branch',
        'Create a branch in the repository|Starts a new line of development',
        'word:branch|branch_name id?:base|commit|from_commit',
        """
Create a branch {word}.
Start the branch {word} from {id}.
I want to work on a new branch called {word}.
From commit {id}, make a branch named {word}.
Let me have {word} as a branch.
Can you branch off {word}?
git branch {word} {id}
""",
    ),
    tool(
        'assign_reviewer|request_review|requestReview',
        'Ask a developer to review a change|Sets the reviewer of a pull request',
        'id:pull_request|change name:reviewer|reviewed_by',
        """
Ask {name} to review {id}.
{name} should look at pull request {id}.
Pull request {id} needs a review, maybe by {name}?
Let the reviewer of {id} be {name}.
Who checks {id}? I think {name}.
I would like {name} to read the change {id}.
""",
        DONE,
        """
{name} will review {id}.
The review of {id} is with {name}.
""",
    ),
    tool(
        'run_tests|test_file|runTests|execute_tests',
        'Run the tests of a file|Executes a test file and counts the failures',
        'file:test_file|suite|spec few?:retries|attempts',
        """
Run the tests in {file}.
Do the tests of {file} pass?
Test {file}, with {few} retries.
I changed {file}, please check that it [still|] works.
Try {file} up to {few} times.
Are there failures in {file}?
""",
        dict(passed=values.whole(1, 300), failed=values.whole(0, 9)),
        """
{passed} tests passed and {failed} failed.
In {file}, {failed} tests failed and {passed} passed.
""",
    ),
    tool(
        'share_file|share_document|shareDoc',
        'Share a document with somebody|Lets a mail address read a file',
        'file:document|shared_file email:reader|share_with|collaborator',
        """
Share {file} with {email}.
{email} needs to see {file}.
Let {email} read {file}.
Give access to the document {file} to {email}.
Can you make {file} visible for {email}?
I want {email} to have a look at {file}.
""",
        dict(link=values.code),
        """
{email} can read {file} under {link}.
The link is {link}.
""",
    ),
    tool(
        'set_alert|create_alert_rule|alertOn|add_threshold',
        'Raise an alert when a metric exceeds a threshold|Adds an alert rule',
        'metric:watched|series|alert_metric number:threshold|above',
        """
Alert me when {metric} is above {number}.
If {metric} exceeds {number}, I want to know.
Warn us as soon as {metric} passes {number}.
Set a threshold of {number} on {metric}.
More than {number} for {metric} is bad, make an alert.
Can you watch {metric}? The limit is {number}.
{metric} > {number} should raise an alarm.
""",
        DONE,
        """
You get an alert when {metric} is above {number}.
The threshold of {metric} is {number}.
""",
    ),
    tool(
        'plot_metric|draw_chart|chartMetric|graph',
        'Draw a chart of a metric|Plots the last minutes of a series',
        'metric:series|curve minutes:window|span|last_minutes',
        """
Plot {metric} over the last {minutes} minutes.
Draw me a chart of {metric}, {minutes} minutes back.
I would like to see the curve of {metric} for {minutes} minutes.
How did {metric} develop in the last {minutes} minutes?
Show the past {minutes} minutes of {metric}.
{metric}, {minutes} minutes, as a graph please.
""",
        dict(chart=values.file_name),
        """
The chart is in {chart}.
I drew {metric} to {chart}.
""",
    ),
    tool(
        'mute_alerts|silence_alerts|snoozeAlerts',
        'Silence the alerts for some minutes|Suppresses notifications of the monitoring',
        'minutes:quiet_for|silence_minutes word?:rule|alert_name',
        """
Mute the alerts for {minutes} minutes.
No alarms for the next {minutes} minutes, please.
I need {minutes} minutes of peace from {word}.
Silence {word} for {minutes} minutes.
For {minutes} minutes I do not want to hear from the monitoring.
Can you snooze the rule {word}, {minutes} minutes?
""",
    ),
    tool(
        'page_engineer|page_oncall|pageOnCall',
        'Page the engineer on call|Sends an alert text to a pager',
        'phone:pager|oncall_phone message:alert_text|page_text',
        """
Page {phone}: {message}
Wake the engineer at {phone} and say: {message}
The pager {phone} should show: {message}
Alert whoever has {phone}, text: {message}
On {phone} somebody must read this: {message}
Can you beep {phone}? {message}
""",
        DONE,
        """
I paged {phone}.
The engineer at {phone} was paged.
""",
    ),
    tool(
        'read_logs|tail_log|showLogs',
        'Show the last lines of a log|Returns log lines of a program',
        'word:program|unit_name|process few?:lines|last',
        """
Show me the log of {word}.
What did {word} write last?
The last {few} lines of {word}, please.
I want to see what {word} logged.
Why did {word} crash? Look in its log.
Tail {word}, {few} lines.
Give me {few} log lines from {word}.
""",
        dict(errors=values.whole(0, 40), line=values.word),
        """
The log of {word} has {errors} errors. The last line is {line}.
{word} logged {errors} errors.
""",
    ),
    tool(
        'run_conveyor|conveyor_belt|setConveyor',
        'Turn a conveyor belt on or off|Controls the belt of a production line',
        'few:line|belt_number switch:belt_power|running',
        """
Turn belt {few} {switch}.
Conveyor {few} {switch}!
The belt of line {few} should be {switch}.
I want line {few} {switch}.
Switch {switch} the conveyor number {few}.
Can you turn {switch} the belt on line {few}?
""",
    ),
    tool(
        'set_signal_light|tower_lamp|signalLamp',
        'Set the color of the lamp of a machine|Lights the signal of a production line',
        'color:signal|lamp_color|shade id:machine|station',
        """
Let the lamp on {id} shine {color}.
Machine {id} should show {color}.
Set the signal of {id} to {color}.
{color} light for station {id}, please.
I would like to see {color} on top of {id}.
Can the tower of {id} light up in {color}?
Show {color} at {id}.
""",
        DONE,
        'The lamp of {id} is {color}.',
    ),
    tool(
        'calibrate_sensor|calibrateProbe|adjust_sensor',
        'Calibrate a sensor|Corrects the values of a sensor by an offset',
        'id:sensor|probe|device number?:offset|correction',
        """
Calibrate {id}.
The sensor {id} shows wrong values, adjust it.
Correct {id} by {number}.
With an offset of {number}, {id} would be right.
Can you calibrate the probe {id}?
Sensor {id} is off by {number}, repair that.
""",
    ),
    tool(
        'read_sensor|sensor_value|readSensor|get_reading',
        'Read the value of a sensor|Returns what a probe measures in a unit',
        'id:sensor|probe unit?:scale|reading_unit',
        """
What does sensor {id} say?
Read {id}.
How warm is it at probe {id}?
Give me the value of {id} in {unit}.
In {unit}, what does the thermometer {id} show?
I need the current reading of {id}.
{id}: temperature in {unit}?
""",
        dict(reading=values.whole(-20, 120)),
        """
Sensor {id} reads {reading} degrees.
It is {reading} degrees at {id}.
""",
    ),
    tool(
        'set_incubator|heat_incubator|cold_room_setpoint|setIncubator',
        'Set the temperature of the incubator|Keeps the samples at a number of degrees',
        'number:setpoint|degrees unit:scale|degree_unit',
        """
Keep the incubator at {number} degrees {unit}.
The samples need {number} degrees {unit}.
Heat the incubator to {number} {unit}.
I want {number} {unit} for my samples.
In {unit}, the setpoint is {number}.
Could the incubator be at {number} degrees {unit} tonight?
""",
        DONE,
        """
The incubator is set to {number} degrees {unit}.
The samples are kept at {number} {unit}.
""",
    ),
    tool(
        'move_arm|turn_joint|rotateJoint',
        'Turn a joint of the robot|Moves the robot arm by an angle',
        'word:joint|axis number:angle|degrees',
        """
Turn the joint {word} by {number} degrees.
Move {word} {number} degrees.
The robot should bend {word} by {number}.
Rotate axis {word}: {number} degrees
By {number} degrees please, joint {word}.
Can you get the robot to turn its {word} {number} degrees?
""",
    ),
    tool(
        'pick_object|grasp|robotPick|pick_up',
        'Let the robot pick an object|Grasps something and puts it into a bin',
        'thing:grasped|target_object|workpiece color?:bin|bin_color',
        """
Robot, pick up the {thing}.
Grab the {thing} with the arm.
Put the {thing} into the {color} bin.
The {thing} belongs in the {color} bin.
I want the robot to take the {thing}.
Can the gripper hold the {thing}?
Into the {color} bin with the {thing}!
""",
        dict(grip=values.one_of('firm', 'loose', 'good')),
        """
The robot has the {thing}, the grip is {grip}.
I picked up the {thing}.
""",
    ),
    tool(
        'locate_vehicle|track_truck|whereIsVehicle',
        'Find where a vehicle is|Returns the position of a truck of the fleet',
        'id:plate|vehicle|truck',
        """
Where is truck {id}?
Find the vehicle {id}.
I want to know where {id} is driving.
Which town has {id} reached?
Locate {id} on the map, please.
Position of {id}?
Has {id} arrived [yet|already]?
""",
        dict(position=values.city, km_per_hour=values.whole(0, 90)),
        """
{id} is in {position}.
The truck {id} is near {position} and drives {km_per_hour} km per hour.
""",
    ),
    tool(
        'schedule_inspection|plan_maintenance|bookInspection',
        'Plan the inspection of a machine|Sets the date of the next maintenance',
        'id:machine|asset|equipment date:inspection_date|next_check',
        """
Inspect {id} on {date}.
Machine {id} has its next maintenance on {date}.
On {date} a mechanic should look at {id}.
I need an inspection for {id}, date {date}.
Could we check {id} on {date}?
Plan the service of {id} for {date}.
Maintenance of {id}: {date}
""",
        dict(mechanic=values.first_name),
        """
{mechanic} inspects {id} on {date}.
The maintenance of {id} is planned. The mechanic is {mechanic}.
""",
    ),
    tool(
        'feed_animals|set_feeding|feedHerd',
        'Feed the animals of the farm|Plans a feeding with buckets of feed',
        'few:buckets|rations time:feeding_time|feed_at',
        """
Feed the cows {few} buckets at {time}.
At {time} the animals get {few} buckets.
The herd is hungry, {few} buckets at {time} please.
I want the pigs to be fed at {time} with {few} buckets.
{few} rations for the hens, {time}.
Could the goats have {few} buckets at {time}?
""",
    ),
    tool(
        'record_harvest|log_yield|recordYield',
        'Record the harvest of a field|Writes down how many kilos a plot gave',
        'word:plot|field much:kilos|yield_kg',
        """
We harvested {much} kilos from field {word}.
The plot {word} gave {much} kilos.
Write down the yield of {word}: {much}
{much} kilos came from {word} this year.
Record {much} kilos of harvest for the field {word}.
Can you note that {word} brought {much} kilos?
""",
        dict(rank=values.whole(1, 20)),
        """
Recorded. {word} is number {rank} of the fields.
The {much} kilos of {word} are written down.
""",
    ),
    tool(
        'admit_patient|assign_bed|admitPatient',
        'Admit a patient to a ward|Gives a patient a bed in the hospital',
        'name:patient id:ward|bed',
        """
Admit {name} to {id}.
{name} gets bed {id}.
The patient {name} goes to ward {id}.
Is {id} free? Then put {name} there.
We need a bed for {name}, take {id}.
Bring {name} to {id}, please.
""",
        DONE,
        """
{name} is in {id}.
The bed {id} is now for {name}.
""",
    ),
    tool(
        'set_patient_meal|order_diet|patientMeal',
        'Choose what a patient eats|Orders a meal from the hospital kitchen',
        'name:patient food:diet|lunch|served',
        """
{name} may eat {food}.
Give {name} {food} for lunch.
For the patient {name}: {food}
The kitchen should make {food} for {name}.
Can {name} have {food} today?
{food} would be good for {name}.
""",
    ),
    tool(
        'enroll_student|enrol|enrollPupil|join_course',
        'Enroll a student in a course|Adds a pupil to a class',
        'name:student|pupil|learner song:course|course_title',
        """
Enroll {name} in {song}.
{name} wants to take the course {song}.
Add {name} to the class {song}.
The course {song} has a new student, {name}.
Is there a place for {name} in {song}?
Sign {name} up for {song}, please.
""",
        dict(students=values.whole(5, 40)),
        """
{name} is in {song} with {students} students.
The course {song} now has {students} students.
""",
    ),
    tool(
        'record_grade|enter_score|gradeStudent',
        'Enter the points of a student|Writes an exam result to the school records',
        'name:pupil|examinee|student number:points|score|mark word?:exam|school_subject',
        """
{name} got {number} points.
Enter {number} points for {name}.
In the {word} exam {name} has {number} points.
The score of {name} is {number}.
Give {name} {number} in {word}.
How did {name} do? {number} points, write it down.
""",
    ),
    tool(
        'start_experiment|run_assay|startExperiment',
        'Start an experiment with a sample|Measures a specimen several times',
        'word:sample|specimen|substance few:runs|repetitions|trials',
        """
Measure the sample {word} {few} times.
Start the experiment with {word}, {few} runs.
{few} repetitions with specimen {word}, please.
I need {few} measurements of {word}.
Do we have results for {word}? If not, run it {few} times.
Let {word} go through {few} trials.
""",
        dict(mean=values.amount),
        """
The mean of {few} runs is {mean}.
For {word}, the mean is {mean}.
""",
    ),
    tool(
        'search_papers|find_literature|searchPapers|list_publications',
        'Search scientific papers|Finds publications in a field of research',
        'topic:keywords|field|research_field few?:max_papers|at_most',
        """
Which papers are there about {topic}?
Find scientific literature on {topic}.
What does science know about {topic}?
I am writing a thesis on {topic} and need papers.
Give me {few} publications about {topic}.
Has anybody published on {topic}? At most {few}, please.
""",
        dict(papers=values.whole(1, 200), cited=values.name),
        """
There are {papers} papers about {topic}. The best known is by {cited}.
I found {papers} papers, one by {cited}.
""",
    ),
    tool(
        'wire_money|bank_transfer|wireMoney',
        'Transfer money to an account|Makes a bank transfer',
        'much:wired|transfer_sum id:account|beneficiary_account',
        """
Transfer {much} to account {id}.
Wire {much} dollars to {id}.
Account {id} should get {much} from us.
I have to pay {much}, the account is {id}.
Can you move {much} over to {id}?
Put {much} on {id}, please.
""",
        dict(balance=values.whole(0, 90000)),
        """
{much} went to {id}, the balance is {balance}.
The transfer is made. Our balance is {balance}.
""",
    ),
    tool(
        'open_bank_account|openAccount|new_account',
        'Open a bank account in a currency|Creates an account for a holder',
        'name:holder|account_holder currency:account_currency|held_in',
        """
Open a {currency} account for {name}.
{name} would like an account in {currency}.
A new account please, holder {name}, in {currency}.
In {currency}, can {name} have an account?
We need an account for {name} that holds {currency}.
Make {name} the holder of a {currency} account.
""",
    ),
    tool(
        'hedge_currency|currency_forward|hedgeRisk',
        'Fix the rate between two currencies|Hedges the risk of a currency',
        'currency:sold|base_currency currency2:bought|against much?:nominal|hedged',
        """
Hedge {currency} against {currency2}.
Fix the rate of {currency} to {currency2}.
I fear that {currency} falls against {currency2}, protect us.
We get {much} in {currency} but pay in {currency2}, please hedge.
Secure {much} {currency} against the {currency2}.
Can the bank lock the rate between {currency} and {currency2}?
""",
        dict(rate=values.amount),
        """
The rate from {currency} to {currency2} is fixed at {rate}.
It is hedged at {rate}.
""",
    ),
    tool(
        'place_trade|buy_shares|placeTrade|trade',
        'Buy shares at the exchange|Places a trade for a security',
        'symbol:security|share few:shares|lots',
        """
Buy {few} shares of {symbol}.
I want {few} {symbol} in my portfolio.
Get me {few} {symbol} shares.
{symbol} is cheap, let us take {few}.
Place a trade: {symbol}, {few} shares
Could you order {few} lots of {symbol}?
""",
        dict(paid=values.amount),
        """
You own {few} more shares of {symbol}, for {paid} each.
Bought at {paid}.
""",
    ),
    tool(
        'set_cell|write_formula|setCell',
        'Compute a formula in a cell of the spreadsheet|Writes a formula to a cell',
        'expression:formula|cell_formula word:cell|cell_name',
        """
Put {expression} into the cell {word}.
The cell {word} should hold {expression}.
In {word}, write the formula {expression}.
Set {word} to {expression}.
I want {expression} in cell {word}.
Can {word} be {expression}?
""",
        dict(result=values.whole(0, 9999)),
        """
The cell {word} shows {result}.
{word} is {result}.
""",
    ),
    tool(
        'deploy_model|serve_model|deployModel',
        'Serve a model on GPUs|Puts a language model into production',
        'model:checkpoint|weights few:gpus|devices|accelerators',
        """
Serve {model} on {few} GPUs.
Deploy the model {model} with {few} devices.
{model} should go live on {few} GPUs.
We have {few} GPUs for {model}, start it.
I want {model} in production, {few} accelerators are enough.
Can {model} run on {few} GPUs?
""",
        DONE,
        '{model} runs on {few} GPUs.',
    ),
    tool(
        'benchmark_model|rate_model|evalModel',
        'Measure how good and fast a model is|Runs the benchmark for a model',
        'model:candidate|benchmarked minutes?:time_limit|max_minutes',
        """
How good is {model}?
Run the benchmark for {model}.
Is {model} fast?
Rate {model}, but take at most {minutes} minutes.
Within {minutes} minutes, find out what {model} can do.
I would like to see the scores of {model}.
""",
        dict(points=values.whole(1, 100), tokens=values.whole(5, 900)),
        """
{model} has {points} points and makes {tokens} tokens per second.
The score of {model} is {points}.
""",
    ),
    tool(
        'set_terminal_language|kiosk_language|setLocale',
        'Set the language that a terminal shows|Changes the display language of a machine',
        'language:locale|display_language|ui id:terminal|kiosk',
        """
Terminal {id} should show {language}.
Set the display of {id} to {language}.
The people at {id} read only {language}.
{language} on kiosk {id}, please.
Can {id} have its menus in {language}?
I want to see {language} on the screen of {id}.
""",
    ),
    tool(
        'arm_zone|intruder_alarm|armRoom',
        'Turn the burglar alarm of a room on or off|Arms a zone of the building',
        'room:premises|guarded|alarm_zone switch:armed|arming',
        """
Turn the burglar alarm in the {room} {switch}.
The alarm of the {room} should be {switch}.
{switch} with the motion sensors in the {room}!
Switch the guarding of the {room} {switch}.
I want the {room} alarm {switch} tonight.
Can you set the detector in the {room} to {switch}?
""",
        DONE,
        'The alarm of the {room} is {switch}.',
    ),
    tool(
        'show_banner|announce|displayAnnouncement',
        'Show an announcement on the screen of a room|Displays a text in the building',
        'room:screen_in|display message:banner|announcement',
        """
Show on the screen in the {room}: {message}
The display of the {room} should say: {message}
Everybody in the {room} must read this: {message}
Announce in the {room}: {message}
In the {room}, can you put up this text? {message}
New banner for the {room}: {message}
""",
    ),
    tool(
        'publish_report|send_report|publishReport',
        'Send a report to a reader|Publishes a report under its title',
        'song:report|report_title email:recipient|reader',
        """
Send the report {song} to {email}.
{email} is waiting for the report {song}.
Publish {song} for {email}.
The report is called {song}, it goes to {email}.
Could {email} get a copy of {song}?
To {email}, please: the report {song}.
""",
        dict(pages=values.whole(2, 90)),
        """
{email} got {song}, {pages} pages.
The report {song} with its {pages} pages is out.
""",
    ),
    tool(
        'next_departure|departures|nextBus|bus_times',
        'When the next bus of a station leaves|Returns the departures of a town after a time',
        'city:stop|station|departing_from time?:after|earliest',
        """
When does the next bus leave [in|from] {city}?
Departures from {city} after {time}?
I am at the station of {city}, when can I get away?
After {time}, which bus leaves {city}?
Show me the timetable of {city}.
Is there a bus from {city} later than {time}?
""",
        dict(leaves=values.time, platform=values.whole(1, 20)),
        """
The next bus leaves {city} at {leaves} from platform {platform}.
It leaves at {leaves}, platform {platform}.
""",
    ),
]
