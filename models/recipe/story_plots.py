"""The sentences that stories are made of. {n} is the hero, a {kind}; {f} the friend, a {fkind}; {o} an
object.

A plot is a list of stages, each a list of sentences of which one is told; "~" marks those that may take a
connective.
"""

from words import words


def lines(text):
    return [line.strip() for line in text.strip().split('\n')]


OPENINGS = lines("""Once upon a time, there was a {pos} {kind} named {n}.
Once upon a time, a {pos} {kind} named {n} lived in a {place1}.
Once there was a {kind} called {n} who lived near a {place1}.
There was once a {pos} {kind} whose name was {n}.
In a small {place1}, there lived a {kind} named {n}.
Long ago, in a {place1} far away, there lived a {pos} {kind} named {n}.
{n} was a {pos} {kind} who lived close to the {place1}.
{n} was a {kind} with a {pos} heart.
A {pos} little {kind} named {n} lived at the edge of a {place1}.
{n} the {kind} lived alone in a house beside the {place1}.
Not far from the {place1}, a {kind} named {n} had a small house.
Everyone in the {place1} knew {n}, the {pos} {kind}.
Nobody in the {place1} was as {pos} as {n} the {kind}.
Many years ago, a {kind} named {n} came to live in the {place1}.""")
TRAITS = lines("""{He} loved {food1} more than anything else.
{He} was {pos}, but sometimes a little {neg}.
Every morning, {he} walked to the {place2} and back.
{His} best friend was a {fkind} named {f}.
{He} lived with {his} friend {f}, a {pos} {fkind}.
People liked {n} because {he} was always {pos}.
{He} wanted to see the {place2}, but {he} had never been there.
{n} dreamed of the {place2} every night.
Each evening, {he} ate {food1} and looked at the sky.
{He} had a {color} {obj}, and {he} took it everywhere.
Most of the time {he} was {pos}, though the others thought {he} was {neg}.
{n} did not have much, but {he} was {glad}.
{He} liked to sing when {weather}.
{His} days were quiet, and {he} liked them that way.""")
ENDINGS = lines("""From that day on, {n} and {f} were the best of friends.
{n} never forgot that day.
That night, {n} slept very well.
And they all lived happily ever after.
{n} smiled and went home, {glad} and a little tired.
After that, {n} was never {neg} again.
{He} learned that a good friend is worth more than a {oadj} {obj}.
And so {n} learned that it is good to be {pos}.
They laughed, shared {food}, and watched the stars.
Since then, everyone in the {place1} calls {him} {n} the {pos}.
{n} told the story again and again, and everyone loved it.
It was the best day of the year.
"Thank you," said {n}, and {he} meant it.
"Let us do it again tomorrow," said {f} with a smile.
{n} was {glad}, and so was {f}.
In the evening they sat together and ate {food}.
The {o} still stands on a shelf in {his} house.""")
LINKS = [
    '',
    '',
    '',
    '',
    'Then ',
    'So ',
    'After a while, ',
    'Soon ',
    'A little later, ',
    'The next day, ',
    'At last, ',
    'Just then, ',
    'That afternoon, ',
    'Without waiting, ',
    'Later that day, ',
]
MUSIC = words('flute, violin, drum, piano, guitar, trumpet, harp')
MORE = (
    'Some days later, there was more to tell. ',
    'But that was not the end. ',
    'The story goes on. ',
    'A year later, something else happened. ',
)
HELD_OUT_PLOTS = ('race', 'gift')
PLOTS = {}


def plot(name, text):
    PLOTS[name] = [lines(stage) for stage in text.strip().split('\n\n')]


plot(
    'lost',
    """
{Time}, {n} lost {his} {o}.
{Time}, {n} could not find {his} {oadj} {o}.
{Time}, the {o} was gone, and {n} did not know where it was.
{Time}, while {weather}, {n} dropped {his} {o} near the {place2}.

{He} felt {sad} and began to look for it.
{n} was {sad}, because the {o} was a gift from {his} grandmother.
"Where is my {o}?" {he} asked.
{He} looked under the bed, behind the door and in the {place1}, but it was not there.

~{n} asked {f} the {fkind} for help.
~{he} met {f}, a {pos} {fkind}, who wanted to help.
~{f} the {fkind} came by and said, "I will help you look."
~{n} and {f} searched the {place2} together.

~they found the {o} under a pile of leaves.
~{f} saw something {color} in the grass, and it was the {o}.
~the {o} turned up in the {place2}, just where {n} had left it.
~they looked in the {place2}, and there was the {o}, safe and dry.

{n} was so {glad} that {he} hugged {f}.
"You found it!" {n} cried.
{n} thanked {f} and gave {him2} some {food}.
To say thank you, {n} shared {food} with {f}.""",
)
plot(
    'found',
    """
{Time}, {n} found a {oadj} {o} in the {place2}.
{Time}, {n} saw a {oadj} {o} lying on the road to the {place2}.
{Time}, when {weather}, {n} opened an old box and found a {oadj} {o}.
{Time}, {he} went to the {place2} and came back with a {oadj} {o}.

{He} had never seen a {o} like that before.
"Who does this belong to?" {he} wondered.
It was {color} and {oadj}, and {he} liked it at once.
{n} wanted to keep it, but {he} knew it was not {his}.

~{he} showed it to {f} the {fkind}.
~{he} walked from door to door and asked who had lost a {o}.
~{n} met {f}, a {fkind} who looked very {sad}.
~a {fkind} named {f} came along the road.

"That is mine!" said {f}. "I have looked for it all day."
{f} said, "I lost it last week, and I thought it was gone for good."
It turned out that the {o} belonged to {f}.
"My {o}!" cried {f}, and {his2} eyes were bright.

{n} gave it back, and {f} was {glad}.
{n} handed over the {o}, and {f} gave {him} {food} in return.
Giving it back made {n} feel {glad}.
{f} thanked {him} and invited {him} to eat {food}.""",
)
plot(
    'storm',
    """
{Time}, a big storm came over the {place1}.
{Time}, {weather}, and dark clouds came from the {place2}.
{Time}, {n} was far from home when a storm began.
{Time}, the wind blew so hard that the trees were bending.

{n} was {sad}, because {his} house was far away.
{He} ran as fast as {he} could, but the rain was faster.
{n} needed a dry place to stay.
{He} held on to {his} {o} and looked for shelter.

~{he} saw a light in a small house.
~{he} found a cave near the {place2}.
~{f} the {fkind} opened a door and called, "Come in!"
~{he} heard a voice. It was {f}, a {pos} {fkind}.

Inside, it was warm, and the table was set with {food1}.
They sat by the fire and waited for the storm to end.
{f} gave {him} a dry blanket and some {food1}.
They told each other stories until the rain stopped.

In the morning, the sky was clear and the {place1} was quiet.
When the sun came back, {n} walked home with {f}.
The storm was over, and {n} was {glad}.
By sunrise, the wind was gone and {n} had a new friend.""",
)
plot(
    'make',
    """
{Time}, {n} wanted to make {food1} for {f} the {fkind}.
{Time}, {n} decided to build a boat.
{Time}, {he} decided to paint a picture of the {place2}.
{Time}, {n} had an idea: {he} would make a {o} with {his} own hands.

The first try did not go well, and {n} was {sad}.
It was harder than {he} had thought.
{He} worked all morning, but something was missing.
"This is not right," said {n}, and {he} started again.

~{f} came by and said, "Take your time."
~{n} asked {f}, a {pos} {fkind}, for advice.
~{f} showed {him} how to do it step by step.
~{he} read an old book about it and tried once more.

~it was ready, and it was better than {he} had hoped.
~{he} stepped back and looked at {his} work with pride.
~everything was done, and it looked wonderful.
~it worked, and {n} jumped for joy.

Everyone in the {place1} came to see it.
{f} said it was the best thing {he2} had ever seen.
{n} was {glad}, because {he} had not given up.
They celebrated with {food} and music.""",
)
plot(
    'help',
    """
{Time}, {n} met a {fkind} named {f} who looked {sad}.
{Time}, on the way to the {place2}, {n} heard someone crying.
{Time}, {n} saw {f} the {fkind} sitting alone in the {place2}.
{Time}, {f} the {fkind} knocked on {his} door.

"What is wrong?" asked {n}.
"Can I help you?" {n} asked.
{n} sat down beside {him2} and asked what had happened.
"Why are you so {sad}?" {he} said.

"I cannot find my way home," said {f}.
"My {o} is broken," said {f}, "and I cannot fix it."
"I am hungry, and I have nothing to eat," said {f}.
"I am too small to carry this {o}," said {f}.

{n} thought for a moment and said, "We can do it together."
"Do not worry," said {n}. "I know what to do."
{n} took {him2} by the hand and led the way.
It took a long time, but {n} did not stop.

~the problem was solved, and {f} was {glad}.
~{f} smiled for the first time that day.
~everything was fine, and they ate {food} together.
~{f} said, "You are the most {pos} {kind} I know." """,
)
plot(
    'fear',
    """
{n} was afraid of the dark.
{n} was afraid of deep water.
{n} was afraid of the {place2}, because it was dark and quiet there.
{n} was afraid of thunder.

{Time}, {f} the {fkind} called for help from the {place2}.
{Time}, {his} {o} fell into a dark hole near the {place2}.
{Time}, {he} had to go to the {place2} alone.
{Time}, {f}, {his} friend, did not come home.

{His} heart was beating fast, but {he} took a deep breath.
"I can do this," {he} said to {himself}.
{n} was {sad}, yet {he} took one step, and then another.
{He} lit a small lamp and walked on.

~{he} saw that there was nothing to fear.
~{he} found what {he} was looking for.
~{he} heard {f} laugh, and the fear was gone.
~{he} reached the other side, and {f} was waiting there.

"You were very brave," said {f}.
{n} was {glad} and not afraid any more.
Being brave, {n} found out, means to go on even when you are afraid.
{f} gave {him} a hug and some {food}.""",
)
plot(
    'race',
    """
{Time}, there was a race from the {place1} to the {place2}.
{Time}, the {place1} held a contest, and {n} wanted to win.
{Time}, {f} the {fkind} said, "I am faster than you."
{Time}, {n} and {f} the {fkind} decided to race to the {place2}.

Everybody thought that {f} would win.
{n} was not the fastest, but {he} was {pos}.
{f} laughed, because {he2} was sure to win.
{n} practiced every day before breakfast.

~the race began, and {f} ran ahead.
~{f} stopped to eat {food1} and fell asleep.
~{n} saw that {f} had hurt {his2} foot.
~it began to rain, and the road was full of mud.

{n} kept going, step by step.
{n} stopped and helped {f} to stand up.
{He} did not look back and did not stop.
"Keep going," {n} said to {himself}.

~{n} crossed the line first, and everybody cheered.
~they reached the {place2} together, side by side.
~{n} won a {oadj} {o} and shared the prize with {f}.
~{n} came last, but {he} was {glad} all the same.""",
)
plot(
    'noise',
    """
{Time}, {n} heard a strange noise in the {place1}.
{Time}, {n} woke up, because something was knocking at the window.
{Time}, a strange sound came from the {place2}.
{Time}, {weather}, and {n} heard a soft voice behind the wall.

"Who is there?" {he} asked, but nobody answered.
{He} was {sad}, but also curious.
{n} took {his} {o} and went to look.
It sounded like a song, and then like a whisper.

~{he} looked behind the door, but there was nothing.
~{he} followed the sound to the {place2}.
~{he} called {f} the {fkind}, and they went together.
~the noise came again, louder than before.

It was only {f} the {fkind}, who was looking for {food1}.
Behind an old {obj} sat a tiny {fkind} named {f}.
It was the wind playing with an old {o}.
There was {f} the {fkind}, stuck in a box and calling for help.

They both laughed until their bellies hurt.
{n} felt {glad} and went back to bed.
"You scared me!" said {n}, and {f} said, "I am sorry."
{n} made some {food}, and the night was quiet again.""",
)
plot(
    'seed',
    """
{Time}, {n} found a tiny seed near the {place2}.
{Time}, {f} the {fkind} gave {n} a small seed.
{Time}, {n} planted a seed behind the house.
{Time}, {n} bought three seeds at the market.

{He} gave it water every day and waited.
"It will never grow," said {f}, but {n} was patient.
Days went by, and nothing happened.
{n} put it in the ground, where the sun was warm.

~a little green leaf came out of the ground.
~the plant was as tall as {n}.
~the rain came, and the plant began to grow.
~{n} saw a {color} flower, the first one of the year.

The flower was {color}, and it smelled like {food1}.
It grew and grew until it was taller than the house.
Bees and birds came from the {place2} to see it.
Soon there were flowers everywhere in the {place1}.

{n} was {glad}, because waiting had been worth it.
{f} said, "You were right, and I was wrong."
{n} gave the first fruit to {f}.
{n} picked one flower and gave it to {f}.""",
)
plot(
    'gift',
    """
{Time}, it was the birthday of {f} the {fkind}.
{Time}, {n} wanted to give {f} the {fkind} a present.
{Time}, {f} invited {n} to a party in the {place2}.
Tomorrow was a special day for {f}, {his} best friend.

{n} had no money, so {he} had to think of something else.
"What should I bring?" {n} wondered.
{n} looked at every {obj} in the shop, but nothing was right.
{He} wanted the gift to be {oadj} and {color}.

~{he} made a {o} out of wood and paper.
~{he} had a good idea and ran home.
~{he} found a {oadj} {o} in the {place1} and cleaned it.
~{he} baked {food1} and put it in a {color} box.

{f} opened the gift slowly and smiled.
"For me?" asked {f}. "It is beautiful!"
{f} was so {glad} that {he2} danced around the room.
When {f} saw the {o}, {his2} eyes were shining.

"The best gift is a good friend," said {f}.
They ate {food} and sang until midnight.
{n} was {glad} too, because giving is fun.
{f} kept the gift for many years.""",
)
plot(
    'trip',
    """
{Time}, {n} packed a bag and left for the {place2}.
{Time}, {n} decided to visit {f} the {fkind} in the {place2}.
{Time}, {n} found a map that showed the way to a secret {place2}.
{Time}, {n} and {f} the {fkind} got on a train to the {place2}.

The road was long, and {weather}.
{He} walked over the hills and through the {place}.
On the way {he} ate {food1} and sang a song.
{n} took {his} {o}, a warm coat and some {food1}.

~{he} came to a river without a bridge.
~the road was blocked by a fallen tree.
~{he} lost the way and did not know where to go.
~{he} met a {animal} who knew the way.

{n} built a small raft and crossed the water.
{He} asked a {pos} {role}, who showed {him} the right road.
{n} waited until the stars came out and followed them.
With a bit of luck and the {o}, {he} found a way.

~{n} reached the {place2}, and it was more beautiful than {he} had dreamed.
~{f} was standing at the gate. "You made it!" {he2} said.
~{he} saw the {place2} in the morning light.
~{n} was there at last, tired but {glad}.""",
)
plot(
    'fix',
    """
{Time}, the {o} of {f} the {fkind} stopped working.
{Time}, the big clock in the {place1} stopped.
{Time}, {n} broke a {o} by accident.
{Time}, the lights went out in the whole {place1}.

Nobody knew what to do.
"I will fix it," said {n}.
{n} looked at it from all sides.
Everyone was {sad}, and {f} most of all.

~{n} opened it and found a small stone inside.
~{he} took some tools and went to work.
~{n} asked {f} to hold the lamp.
~{he} turned a screw here and a wheel there.

It took all night, but {n} did not give up.
"Try it now," said {n}.
There was a click, a hum and a soft light.
{f} held {his2} breath.

~it worked again, as good as new.
~everyone clapped, and {n} was {glad}.
~{f} said, "You are a real wizard."
~the {place1} was full of light and music again.""",
)
plot(
    'share',
    """
{Time}, {n} had a big plate of {food1}.
{Time}, {n} found a tree full of ripe fruit in the {place2}.
{Time}, there was only one piece of cake left, and {n} was hungry.
{Time}, {n} won a basket of {food1}.

{f} the {fkind} came by and looked at it with big eyes.
{n} wanted to eat all of it alone.
Just when {he} wanted to eat, {f} the {fkind} sat down beside {him}.
"That looks good," said {f}, a {neg} {fkind}.

{n} thought about it for a while.
"I have not eaten since yesterday," said {f}.
At first {n} said no, and {f} walked away, {sad}.
{n} felt bad, because {f} had helped {him} many times.

~{n} said, "There is enough for both of us."
~{n} cut it into two halves and gave {f} the bigger one.
~{n} called {f} back and said, "Please stay."
~they sat in the {place1} and shared everything.

It tasted better than ever before.
{f} was {glad} and told {him} a funny story.
Food, {n} learned, tastes best with friends.
The next day, {f} came back with {food}.""",
)
plot(
    'learn',
    """
{n} wanted to learn to play the {o2}.
{n} could not swim, and the other {kind}s laughed at {him}.
{n} wanted to read the {oadj} book about the {place2}.
{n} wanted to fly like a bird.

{Time}, {he} asked {f} the {fkind} to teach {him}.
{Time}, {f} the {fkind} said, "I can teach you."
{Time}, {n} sat down in the {place2} and began to practice.
{Time}, {he} tried for the first time, but it went wrong.

It was hard, and {he} made many mistakes.
"Again," said {f}, "and do not be afraid."
{n} was {sad}, but {he} tried every day.
"I will never learn it," said {n}.

~something clicked, and suddenly it was easy.
~{he} did it without help for the first time.
~{f} said, "Look how far you have come!"
~a week had passed, and {n} was much better.

Everybody in the {place1} came to watch, and they clapped.
{n} was {glad} that {he} had not given up.
Now it was {n} who taught the others.
{f} was proud of {him}.""",
)
