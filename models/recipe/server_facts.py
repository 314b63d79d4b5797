"""Questions about tacho and its terms, answered with what the README and docs/ say.

FACTS: an answer (=>), the words by which an answer is judged right (all of them, | between alternatives),
questions of the training, and after >> those of the evaluation. TERMS: names of a term, its words, its
explanation.
"""

import re
from dataclasses import dataclass

from source import Phrases, phrases, unwrapped

FACTS_TEXT = r"""
=> Add the address of the server to your Prometheus configuration and let it read the path /metrics.
?? Prometheus, /metrics
[How do I|How can I|How do you|How does one] [scrape|collect|read|get] [the metrics|metrics|your metrics|\
tacho's metrics|the telemetry]?
[How do I|How can I|How do you] [scrape|monitor|watch] tacho with Prometheus?
[How do I|How can I] [connect|add|set up|configure|use] Prometheus?
How do I scrape it?
[Where|How] does Prometheus [find|get|read] the metrics?
I want to [scrape|collect] the metrics. [What do I do?|How?]
What [path|address|URL] does Prometheus have to [read|scrape]?
What does my prometheus.yml need?
[Tell|Show] me how Prometheus [gets|collects|reads] your metrics.
Prometheus should [watch|monitor|collect from] this server. What must I do?
I use Prometheus. How does it get the numbers [of tacho|of this server|from you]?
Which scrape config is right for [tacho|this server]?
How are the metrics [collected|scraped|fetched|pulled] by Prometheus?
Is it possible to [scrape|monitor] [you|this server|tacho]?
What has to be done for monitoring with Prometheus?
>>
How should Prometheus be configured for tacho?
What do I do so that Prometheus collects your numbers?
Can you tell me how to scrape this server?

=> Start the server with --model and the path of a GGUF file.
?? --model, GGUF
[How do I|How can I|How do you|Can I] [load|use|run|serve|start|try] [another|a different|a bigger|a \
better|a larger|my own|a real|a new] [model|GGUF]?
How can I [change|switch|replace] the model?
How do I run a better model?
[I want|I would like] to use [another|my own|a bigger] model.
[Which|What] [flag|option] [loads|chooses|sets|selects] the model?
How do I start [tacho|the server] with [my|another|a] [model|GGUF file]?
How do I serve a GGUF file?
Where do I put my model?
Is there [an option|a flag|a way] to [use|load|serve|pick] [another|my own|a bigger] [model|GGUF|model \
file]?
What must I [type|do|change] to [serve|load|run] [my|a GGUF|another] [file|model|GGUF]?
How is [another|my own|a bigger|a GGUF] model [used|served|started|chosen]?
I have a GGUF file. What now?
I downloaded a GGUF, how do I [run|load|serve] it?
[Tell|Show] me how to [load|use|serve] [another|a different|my own] model.
Which command serves my model file?
Is it possible to [replace|change] [you|this model] with a bigger one?
>>
How is a different model loaded?
What do I have to do to serve my own GGUF?
Is there a flag for choosing a model file?

=> Use a URI such as hf:user/repo:Q4_K_M as the --model. It is downloaded once, with a progress bar.
?? hf:, --model
[How do I|How can I|Can I] [download|get|fetch|load] a model from [Hugging Face|the internet|the web|the \
hub]?
[Can|Does] tacho download [models|a model]?
How do I use a Hugging Face model?
What is hf:user/repo?
[Where|How] do I [get|find] models?
Does tacho fetch models from Hugging Face?
Is it possible to [download|get] a model [by name|by its URI|from the web|from Hugging Face]?
How is a model [downloaded|fetched] [by tacho|from Hugging Face|from the hub|]?
I want a model from Hugging Face.
Which URI do I give for a model on Hugging Face?
Are models downloaded [automatically|for me]?
>>
Is it possible to load a model from Hugging Face?
How are models from the hub downloaded?

=> Run npm start. Without --model it starts with me, the tiny built-in model.
?? npm start
[How do I|How can I|How do you] [start|run|launch|boot] [the server|tacho|this server|it]?
[What|Which] command starts [tacho|the server]?
How do I get started?
How do I begin with tacho?
I want to start [tacho|the server].
What do I type to start tacho?
What is the command to [start|run|launch] [the server|tacho]?
How is [tacho|it] [launched|run|started]?
[Tell|Show] me how to [start|run|launch] [the server|tacho|this].
I cloned the repository. What now?
What must I type first?
Which command [runs|launches|boots] [tacho|the server]?
>>
Which command do I need to launch tacho?
How is the server started?

=> It listens on http://127.0.0.1:8080. Use --host and --port to change that.
?? 8080, --port
[Which|What] port [does tacho use|does the server use|do you use|is used|do you listen on]?
[How do I|How can I] [change|set|choose] the port?
[Which|What] address does [tacho|the server] listen on?
Where does [tacho|the server] listen?
What is the default port?
Can I use [another|a different] port?
[Which|What] flag sets the port?
At which [address|port] do I [reach|find] [you|tacho|the server]?
How is the port [set|chosen|configured]?
On what port [is the server|are you|is tacho]?
Port 8080 is [in use|taken]. What can I do?
Is there a flag for the port?
Where can I reach [the server|you]?
>>
On which port can I reach tacho?
How is the port of the server changed?

=> Set "stream" to true in your request. The tokens then arrive as server-sent events.
?? stream, true
[How do I|How can I|Can I] [stream|get a stream of] [an answer|answers|the answer|tokens|the tokens|\
responses]?
How do I [turn on|enable|use|switch on|get] streaming?
How can I get tokens as they arrive?
[Does tacho|Does it|Do you|Can you] [stream|support streaming]?
[Which|What] field turns on streaming?
I want to see the tokens one by one.
How are [answers|tokens|responses] streamed?
What must I [set|send] for [streaming|a stream]?
Is streaming [possible|supported]?
What makes the answer arrive [piece by piece|token by token|bit by bit]?
I do not want to wait for the whole answer.
How is an answer sent [as a stream|in pieces]?
[Tell|Show] me how to stream.
>>
What must I send to get a streamed answer?
How is streaming enabled?

=> Send a POST request to /v1/chat/completions with a list of messages.
?? /v1/chat/completions
[Which|What] endpoint [do I call|is for chat|do I use|should I call]?
What is the chat endpoint?
Where do I send [chat requests|my messages|chat messages|a chat]?
[What|Which] [URL|path|route] do I use for chat?
[How do I|How can I] [chat|send a chat|ask a question] [over HTTP|with curl|through the API|by HTTP]?
[How do I|How can I] send [a message|messages|a question] to the [server|model|API]?
To which [path|route|URL|endpoint] do I [post|send] [messages|a chat|my question]?
What is the [path|route|URL] for [chat|chats|messages|chat completions]?
Which route should my [client|app|code|program] [call|use]?
How are [messages|chats|questions] sent?
[Tell|Show] me how to send a chat request.
How does my [program|app] talk to [you|the model]?
>>
To which path are chat messages posted?
What route should my program call for a chat?

=> Send a GET request to /v1/models.
?? /v1/models
[How do I|How can I] [list|see|get] [the models|all models|the loaded models|models]?
Which models are [loaded|served|available|there]?
Where can I see the model name?
[Which|What] [endpoint|path|route] lists [the models|models]?
Is there a list of models?
How do I [find out|learn] which models [are there|exist|I can use]?
What [request|call] [lists|returns|shows] the models?
Which names of models can I use?
[Tell|Show] me the [route|path] for the list of models.
What does /v1/models [do|return|show]?
>>
How do I find out which models the server has?
What request returns the list of models?

=> Yes. Use the OpenAI client and set its base URL to http://127.0.0.1:8080/v1.
?? Yes, OpenAI
Is [the API|tacho|it|this] compatible with OpenAI?
[Can I|May I|How do I|How can I] use the OpenAI [client|SDK|library|package]?
[Does it|Does tacho] work with [the OpenAI SDK|OpenAI clients|the openai library]?
[What|Which] base URL do I [need|set|use]?
Do OpenAI clients work?
[Can I|How do I] [use|connect] the openai [package|client] for [Python|Node|JavaScript]?
Are OpenAI [clients|libraries|SDKs] [supported|allowed|compatible]?
Will [my|the|an] OpenAI [client|library|program|app] work [here|with this server|]?
I have code for the OpenAI API. Can I [use|keep] it?
Does [this server|tacho] speak the OpenAI API?
How is the OpenAI [client|library|SDK] [set up|configured|used]?
Is there [support for|compatibility with] OpenAI?
>>
Will my OpenAI code work with tacho?
Are the official OpenAI clients supported?

=> Yes. Anthropic's clients work at http://127.0.0.1:8080, through the route /v1/messages.
?? /v1/messages
[Does it|Does tacho] [work with|support] [Anthropic|the Anthropic API|Anthropic clients]?
[Can I|How do I] use the Anthropic [client|SDK|API]?
Is there a messages [endpoint|API|route]?
[Which|What] route is for Anthropic?
Are [Anthropic's|Claude] [clients|libraries|SDKs] [supported|possible]?
Will [my|an|the] Anthropic [client|code|library] work [here|]?
Does [this server|tacho] speak the Anthropic API?
What does /v1/messages do?
Is there support for Anthropic?
>>
Are Anthropic clients supported?
Could I use tacho with the Anthropic SDK?

=> Send your texts to /v1/embeddings. For that, tacho needs an embedding model.
?? /v1/embeddings
[How do I|How can I|Can I] [get|make|compute|create] [embeddings|an embedding|vectors]?
[Which|What] [endpoint|path|route] makes embeddings?
Does tacho support embeddings?
Where do I send texts for embeddings?
How can I turn text into vectors?
How are [embeddings|vectors] [made|computed|gotten]?
What [route|path|request] [makes|returns|gives] [vectors|embeddings]?
Which [route|endpoint] do I use for [vectors|embeddings]?
Is there a route for embeddings?
What does /v1/embeddings do?
I need vectors for [my texts|a search].
>>
How are embeddings requested?
What route returns vectors for my texts?

=> Send a query and documents to /v1/rerank. They come back ordered by how well they fit.
?? /v1/rerank
[How do I|How can I|Can I] rerank [documents|texts|results]?
[Which|What] [endpoint|path|route] [reranks|is for reranking]?
Does tacho support reranking?
What does /v1/rerank do?
How are [documents|texts|results] [reranked|ranked|sorted]?
[Which|What] route [orders|sorts|ranks] documents?
I want to sort documents by [a query|how well they fit].
Is reranking [possible|supported]?
How do I order [texts|documents|results] by [a question|a query|relevance]?
>>
How are documents ordered by a query?
Is there a route for reranking?

=> The first token has to wait for the queue and for the whole prompt. A long prompt or a full queue makes \
it slow.
?? prompt, queue
Why is [the first token|my first token|the start] [slow|late|so slow]?
Why is [my|the] [TTFT|time to first token] [high|so high|bad|long]?
Why does the answer start late?
What makes the first token slow?
Why do I wait so long for the first token?
What [makes|causes] the [first token|TTFT|time to first token] [to be|] [late|slow|high|long]?
What is the [reason|cause] for a [slow first token|late answer|high TTFT|long TTFT]?
My TTFT is [high|bad|too long]. Why?
For what reason does [an answer|the first word] start so late?
How come the first token [takes|needs] so long?
What influences the time to first token?
>>
For what reason does the first token take so long?
What causes a high TTFT?

=> Use shorter prompts, a smaller or more quantized model, and put all layers on the GPU.
?? prompts, GPU
[How do I|How can I] [lower|reduce|improve] the latency?
How can I make [it|the server|tacho|answers] faster?
How do I get faster answers?
Can you be faster?
Why are you slow?
It is too slow. What can I do?
[How do I|How can I] speed [it|tacho|the server] up?
What [helps|can be done|can I do] against [high latency|a slow server|latency]?
How is latency [reduced|lowered|improved]?
Is there a way to [get faster answers|make it faster|speed it up|be faster]?
[Answers|Responses] are [slow|too slow]. How do I change that?
What makes [tacho|the server|answers] faster?
[Tell|Show] me how to reduce the latency.
>>
What can I do against slow answers?
Is there a way to reduce latency?

=> Send requests in parallel. The server decodes them together in one batch, so the GPU is used better.
?? parallel, batch
[How do I|How can I] [raise|increase|improve] the throughput?
How can I serve more users?
How do I get more tokens per second?
How can I use the GPU better?
[How do I|How can I] [handle|serve] many requests?
How is [throughput|a higher throughput] [reached|raised|increased|improved]?
What [raises|improves|helps] the throughput?
Is there a way to [serve|answer] more [users|people|requests] [at once|together|]?
I need more tokens per second.
How do I make better use of the GPU?
>>
What increases throughput?
How could I serve more people at once?

=> The answer probably reached max_tokens. Set a higher limit and try again.
?? max_tokens
Why is [the|my] answer [cut off|cut|too short|not complete|incomplete]?
Why did the answer [stop|end] early?
Why is the text not complete?
The answer [stops|ends] in the middle. Why?
Why is the finish reason length?
What [is the reason|is it] when an answer [is cut|stops|ends] in the middle of a sentence?
Half of the answer is missing. Why?
The text [ended|stopped] [too early|before the end]. What [happened|is wrong]?
My answers are [cut|cut off|too short]. What can I do?
Why does the model stop before it is done?
>>
What does it mean when an answer is cut in the middle?
My answer ended too early, what happened?

=> Use --gpu to choose: auto, cuda, vulkan or off. The start of the log shows the device that was found.
?? --gpu
Why is my GPU not used?
Is my GPU used?
[How do I|How can I] [use|choose|select|turn on|turn off|disable] [the|my|a] GPU?
How do I know that the GPU is used?
[Which|What] [flag|option] [chooses|selects|is for] the GPU?
[Does it|Does tacho] [run on|use|support] [CUDA|Vulkan|NVIDIA|a GPU]?
How is [the GPU|a GPU|CUDA|Vulkan] [chosen|selected|used|turned on]?
[Which|What] [flag|option] decides [which GPU|whether a GPU] is used?
Is there [a flag|an option] for the [GPU|graphics card]?
How do I [switch|change] from CUDA to Vulkan?
Which graphics card is used?
What does --gpu do?
How do I run it on [my graphics card|CUDA|Vulkan]?
>>
How is a graphics card selected?
What option decides whether CUDA or Vulkan is used?

=> It runs on a CPU too, but a GPU is much faster.
?? CPU, GPU
Does it run on a CPU?
[Can I|May I] [run|use|start] [it|tacho|the server] without a GPU?
Do I need a GPU?
Is a GPU [needed|necessary|required]?
Does tacho work on [a laptop|a CPU|my laptop]?
Is a graphics card [needed|required|necessary]?
Will it [run|work] on [a machine|a computer|a server] without a GPU?
I have [no GPU|only a CPU]. Can I use [tacho|it]?
Must I [have|buy] a GPU?
Does tacho [need|require] a graphics card?
>>
Must I have a graphics card?
Will tacho work on a machine that has only a CPU?

=> Set --ctx-size for all requests together, or --max-context for the longest single request.
?? --ctx-size|--max-context
[How do I|How can I] [set|change|raise|increase] the context [size|length|window]?
[Which|What] [flag|option] sets the context [size|length]?
How long can a prompt be?
How do I get a longer context?
What does --ctx-size do?
How is the [context|context size|context length|context window] [set|changed|raised|made larger]?
Is there [a flag|an option] for a [longer|larger|bigger] context?
What is the [flag|option] for the context [size|length]?
I need a [longer|larger] context.
What does --max-context do?
My prompt is too long. What can I set?
>>
What is the option for a larger context?
How is the length of the context configured?

=> Set --parallel N. It says how many requests are decoded at once; the default is 16.
?? --parallel, 16
[How many|What number of] requests [can run|run|are decoded|can you answer] [at once|in parallel|at the \
same time]?
How many users can you serve?
What is the limit of parallel requests?
[Which|What] flag sets the number of [slots|parallel requests]?
What does --parallel do?
How do I allow more parallel requests?
How do I [change|raise|set] the number of [parallel requests|requests at once|slots]?
[Which|What] [flag|option] says how many requests [run|are answered] [at once|together|at the same time]?
How is the number of parallel requests [set|changed]?
How many requests are [answered|handled|decoded] [together|at the same time|at once] by default?
What is the default of --parallel?
How many people can use it at once?
>>
How do I change how many requests are answered at the same time?
What is the number of parallel requests by default?

=> They wait in the queue. When the queue is full, further requests get the status 429 with Retry-After.
?? queue|wait, 429
What happens when [the server is busy|there are too many requests|the queue is full|all slots are busy|the \
load is too high]?
What does [the status|status|error] 429 mean?
Why do I get 429?
What does --max-queue do?
What does [tacho|the server] do [when it is busy|under load|with too many requests|when all slots are busy]?
The server [sends|returns|answers] 429. Why?
I [get|got|see] [a 429|the status 429|an error 429].
What comes back when the queue is full?
What happens to requests that come at once?
How does tacho handle too many requests?
>>
What does tacho do under too much load?
I got a 429 from the server. Why?

=> Set response_format in your request and give a JSON schema. The answer will then fit the schema.
?? response_format, schema
[How do I|How can I] [get|force|request|receive] [JSON|a JSON answer|structured output|JSON output]?
How do I use JSON mode?
[Does it|Does tacho|Do you] support JSON [mode|schemas|output]?
Can I make sure that the answer is JSON?
[Which|What] field asks for JSON?
How is [JSON|a JSON answer|valid JSON|structured output] [requested|forced|made sure]?
What must I [set|send] to [get|receive] [JSON|valid JSON|a JSON object]?
How do I make the [answer|output] fit [a schema|my schema|a JSON schema]?
I [always need|want] JSON [as the answer|back|].
Is there a field for JSON schemas?
How are answers [limited|held] to [JSON|a schema]?
>>
How are answers limited to a JSON schema?
What must I set so that I always receive valid JSON?

=> Send a list of tools with your request. When I want to use one, the answer contains a tool call with a \
name and arguments.
?? tools|tool, name, arguments
[How do I|How can I] [use|send|add|define] [tools|functions|a tool|a function]?
How do tool calls work?
How do I give you tools?
[Does it|Does tacho|Do you] support [tools|tool calls|function calling]?
How does function calling work here?
How are [tools|functions] [given|sent|described|passed] [to the model|to you|]?
How do I make [the model|you] [call|use] [a function|a tool|my function|my code]?
Is there support for [tools|functions|tool calls]?
In what form do I send tools?
How does the model ask for a function?
What happens when you want to use a tool?
>>
In which way are tools given to the model?
How would I make the model call my function?

=> You need room for the weights, which is about the file size, and some more for the KV cache.
?? weights, KV cache
How much [memory|VRAM|RAM] [do I need|does a model need|is needed|does it take]?
Will my model fit?
How big must my GPU be?
How do I know if a model fits?
What amount of [memory|VRAM|RAM] is [needed|required|used]?
How do I [find out|tell|see] [whether|if] a model fits [into memory|in the GPU|]?
How much memory does [a|this|my] model [take|use|need]?
Is my [GPU|memory] big enough?
What size of model fits into memory?
>>
What amount of memory does a model take?
How can I tell whether a model will fit into memory?

=> Yes. It is open source under the MIT licence, and you can use it freely.
?? MIT|free
Is tacho free?
Is [this|tacho|it] open source?
Can I use it [at work|for my company|commercially]?
[What|Which] licence does tacho have?
What does tacho cost?
Do I have to pay?
[Which|What] licence is [it|tacho|this] under?
Under [which|what] licence is [it|this software|the code]?
Is there a [cost|price|fee]?
Does tacho cost [money|anything]?
May I [sell|change|copy|share] tacho?
Is the code free [to use|]?
>>
Under which licence is tacho published?
Is there a price for using tacho?

=> Everything runs on your own machine. Your data does not leave it.
?? machine
Is my data safe?
Do you send my data anywhere?
Does it work offline?
Do I need the internet?
Where does my data go?
Who can see my prompts?
Are my [texts|prompts|data|questions] [kept private|sent away|sent somewhere|safe|stored]?
Does [anybody|somebody|someone] [see|read|get] my [data|prompts|texts]?
Is [it|everything|this] [private|local]?
Do you [share|send|upload] [my data|what I write|my prompts]?
Does anything leave my machine?
>>
Are my prompts sent to somebody?
Does my data stay private?

=> Please open an issue in the repository, with the steps to repeat the problem.
?? issue
How do I report a bug?
I found a bug.
Where do I report [problems|bugs|a bug]?
Something is broken. Whom do I tell?
Whom do I tell about [a bug|a problem|an error]?
There is [a bug|an error|a mistake] in tacho.
How are bugs reported?
What should I do when I find a bug?
Where can I [send|file] a bug report?
>>
To whom should I report an error in tacho?
There is a bug in the server, what now?

=> Please read the README and the docs folder of the repository.
?? README|docs
Where are the docs?
Where can I [read|learn] more?
Is there [documentation|a manual|a guide]?
Where is the documentation?
Where do I find help?
Is there [something|a text] to read?
Where do I find [the docs|more information|a description]?
[Tell|Show] me where the [docs are|documentation is].
What should I read?
Where is [it|everything] explained?
>>
Is there something to read about tacho?
Where do I find the manual?

=> Ask /readyz: it answers 200 when the server can take requests. /livez tells whether the process answers.
?? /readyz
[How do I|How can I] [check|know|see] [that|if|whether] the server is [alive|ready|running|up|healthy]?
Is there a health [check|endpoint|route]?
What is /readyz?
What is /livez?
[Which|What] [endpoint|path|route] tells [if|that|whether] the server is ready?
What does /readyz [say|do|tell]?
How is the [health|state|readiness] of the server checked?
What [path|route|URL] does [my|a] [load balancer|probe] use?
How does [Kubernetes|my script] [know|see] that [it|tacho|the server] is ready?
How can I see whether it is ready?
Which route is for health checks?
What does /livez [do|tell|say]?
>>
How does a load balancer find out that tacho is ready?
What path should my health check use?

=> Yes, the server is running. You can also ask /readyz.
?? running
Is the server [running|up|alive|online]?
Are you [online|there|running|alive]?
Are you [still|] [there|awake|working]?
Does the server [run|work] [now|]?
Is it [running|up|working]?
Is anybody there?
>>
Are you still running?

=> Press Ctrl+C. Running requests get some seconds to finish, then the server exits.
?? Ctrl
[How do I|How can I] [stop|end|quit|exit|kill|shut down] [the server|tacho|it]?
How can I shut it down?
What happens [on|at] Ctrl+C?
What does the server do on SIGTERM?
How is [the server|tacho|it] [ended|shut down|terminated]?
What is the way to [stop|end|quit] [it|tacho|the server]?
How do I [stop|end] it [cleanly|without losing requests]?
What happens to running requests when I stop the server?
[Tell|Show] me how to stop the server.
>>
How is the server stopped?
What is the right way to shut tacho down?

=> It writes its log to the terminal. --access-log on adds a line of JSON for each request.
?? log
How do I see the logs?
Where are the logs?
[How do I|How can I] [log|see] [every request|the requests|requests]?
What does --access-log do?
Does tacho [write|keep|have] a log?
Can [requests|the requests] be logged?
How are requests logged?
[Which|What] flag turns on the [access log|log of requests]?
Where does the server write what it does?
>>
Is there a log of the requests?

=> Set TACHO_API_KEY or --api-keys-file. npx tacho key makes a key.
?? key
[How do I|How can I] [set|use|make|create|add] an API key?
Do I need an API key?
How do I protect the server?
[Which|What] [flag|variable] sets the API key?
Can I limit who uses the server?
What does npx tacho key do?
How are [API keys|keys] [set|created|used|checked]?
Can [I|the server] [require|ask for|demand] [a key|an API key|keys]?
How do I [make|generate|get] [a key|an API key]?
I want that only some people can use it.
How is access limited?
Is there [support for|something like] API keys?
>>
How are API keys made?
Is it possible to require a key?

=> Start it with --host 0.0.0.0 and an API key. Without a key it only listens for this machine.
?? --host
[How do I|How can I] [reach|use] [it|tacho|the server] from [another|other] [machine|machines|computer|\
computers]?
How do I listen on all addresses?
What does --host do?
Can other [machines|computers|people] use the server?
How do I open the server to the network?
How does [another|a second|my other] [computer|machine|laptop] [reach|connect to|use] [it|the server|tacho]?
What must I [do|set] so that [others|other machines|my phone] can [connect|reach the server]?
Is the server open to [the network|others|other machines]?
Why can nobody else reach the server?
How is the server opened to the network?
>>
What is needed so that another computer can connect?

=> --tls-cert and --tls-key make it HTTPS.
?? --tls
[How do I|How can I|Can I] [use|turn on|enable|get] [HTTPS|TLS|encryption]?
Does tacho support [HTTPS|TLS]?
[Which|What] flags are for [HTTPS|TLS]?
How is [HTTPS|TLS|encryption] [set up|turned on|enabled]?
Is [HTTPS|TLS|encryption] [supported|there]?
Can [the connection|requests|the traffic] be [encrypted|secure]?
Where do I put my certificate?
What do I do with my certificate and key?
>>
How is the connection encrypted?
Is HTTPS possible?

=> Repeat --model, once for each model. The field model of a request chooses one.
?? --model|model
[How do I|How can I|Can I] [serve|load|run|use] [several|many|two|more than one] models?
Can tacho have more than one model?
How does a request choose a model?
Is it possible to [have|run|load|serve] [several|two|many|three] models [at once|together|]?
How are [several|two|many] models [served|loaded|named]?
Can one server [have|serve|run] [two|several] models?
I want to serve [two|several] models.
How do I choose between models in a request?
>>
Is it possible to serve two models with one server?

=> --lora NAME=FILE loads an adapter. Requests choose it by its name as the model.
?? --lora
[How do I|How can I|Can I] [use|load|add|serve] [a LoRA|LoRA adapters|an adapter|adapters]?
Does tacho support LoRA?
What does --lora do?
How is [an adapter|a LoRA|a LoRA adapter] [loaded|used|chosen]?
Are [adapters|LoRAs] [supported|possible]?
I have a LoRA [file|adapter].
[Which|What] flag loads [an adapter|a LoRA]?
>>
Are LoRA adapters supported?
How would I load an adapter?

=> --replicas N runs N contexts, each with its own decode loop: one a GPU where there are several.
?? --replicas
Can you use several GPUs?
Does [it|tacho] support [many|several|multiple|two] GPUs?
What does --replicas do?
[How do I|How can I] use [all my|two|many|several] GPUs?
How are [several|two|four|many] GPUs used?
My machine has [two|four|eight|several] GPUs.
Is there [support for|a way to use] [several|many|more than one] GPUs?
What is a replica?
[Which|What] flag is for several GPUs?
>>
What about a machine with four GPUs?

=> With --speculation ngram, next tokens are guessed from what the text repeats. --draft-model guesses \
with a smaller model.
?? --speculation|--draft-model
[How do I|How can I|Can I] [use|turn on|enable] speculation?
What does --speculation do?
What does --draft-model do?
[How do I|How can I] use a draft model?
[Which|What] flag turns on speculative decoding?
How is [speculation|speculative decoding] [turned on|used|switched on]?
Is [speculation|speculative decoding] [supported|possible]?
How do I [let a small model guess|guess tokens]?
What can --speculation be?
>>
How is speculative decoding enabled?

=> --cache-type-k and --cache-type-v choose a smaller KV cache, such as q8_0.
?? --cache-type
[How do I|How can I|Can I] [make|get] [the|a] [smaller|quantized] KV cache?
[How do I|How can I] make the KV cache smaller?
What does --cache-type-k do?
Can the KV cache be quantized?
How is the KV cache made [smaller|to take less memory]?
The KV cache [takes|needs] too much memory.
Is there a [flag|way] for a [smaller|quantized] KV cache?
How do I save memory in the cache?
What is --cache-type-v for?
>>
Is there a way to shrink the KV cache?

=> The counters are kept with --metrics-file. Without it each run starts at zero.
?? --metrics-file
[How do I|How can I] keep the [counters|metrics] [after a restart|over restarts|from one run to the next]?
What does --metrics-file do?
Are the counters kept after a restart?
What [happens to|becomes of] [the counters|the metrics|the numbers] [when I restart|after a restart|when \
the server restarts]?
Do counters [survive|start anew after] a restart?
How are counters [kept|saved|stored]?
Are the metrics [lost|reset|zero] when the server [stops|restarts]?
>>
What happens to the counters at a restart?

=> --metrics-port serves /metrics and the health routes on a port of their own.
?? --metrics-port
What does --metrics-port do?
Can /metrics have [a port of its own|its own port|another port]?
[How do I|How can I] serve the metrics on [another|a different|a separate] port?
Is there a port for [the metrics|metrics|/metrics] [alone|only]?
How do metrics get a port of their own?
I do not want /metrics on the main port.
Can metrics be on [another|a second|a separate] port?
>>
Is a separate port for the metrics possible?

=> tacho_time_to_first_token_seconds is a histogram of the time to first token.
?? tacho_time_to_first_token_seconds
[Which|What] metric [shows|measures|is|has] [the|] [TTFT|time to first token]?
What is the name of the TTFT metric?
How is the TTFT metric called?
What is tacho_time_to_first_token_seconds?
How do I [see|find|query] the [TTFT|time to first token] in [Prometheus|the metrics|Grafana]?
[Which|What] [name|metric|histogram] has the [TTFT|time to first token]?
Under [which|what] name is the [TTFT|time to first token] [exported|shown|in the metrics]?
Where is the TTFT in /metrics?
>>
Under which name do I find the TTFT in Prometheus?

=> tacho_generation_tokens_total counts the tokens that were generated.
?? tacho_generation_tokens_total
[Which|What] metric counts [the|] [tokens|generated tokens|output tokens]?
What is tacho_generation_tokens_total?
How many tokens were generated? Which metric?
[Where|How] do I see [the number of|how many] generated tokens?
How [do I|can I] [count|see|query] the [generated tokens|output tokens]?
[Which|What] counter [has|counts|shows] the [generated|output|written] tokens?
What is the metric for generated tokens?
How is the counter of tokens called?
>>
What is the name of the counter of generated tokens?

=> tacho_requests_waiting shows the requests in the queue, and tacho_requests_running those in the engine.
?? tacho_requests_waiting|tacho_requests_running
[Which|What] metric shows [the queue|waiting requests|running requests|the queue length]?
What is tacho_requests_waiting?
What is tacho_requests_running?
How do I see how long the queue is?
How many requests [are waiting|wait|are running|run]? Which metric?
[Which|What] metric [has|tells|shows] [how many requests wait|how many requests run|waiting requests]?
Where do I see the [queue|waiting requests|running requests]?
What is the metric of the queue?
>>
What metric tells me how many requests wait?

=> tacho_requests_total counts the requests that ended, by their outcome.
?? tacho_requests_total
[Which|What] metric counts [the|] requests?
What is tacho_requests_total?
How do I count requests?
How are requests counted?
What is the name of the [counter|metric] [of|for] requests?
Where do I see how many requests there were?
[Which|What] counter is for [all|finished|ended] requests?
>>
What is the counter of requests called?

=> npx tacho metrics --watch shows the metrics in a terminal.
?? npx tacho metrics
[How do I|How can I] see the metrics without Prometheus?
[How do I|How can I] see the metrics in [a|the|my] terminal?
What does npx tacho metrics do?
Can I [watch|see|read] [metrics|the metrics|the numbers] in [a shell|the console|a terminal|the command \
line]?
I have no Prometheus. How do I see the metrics?
Is there a command [for|that shows] the metrics?
How are the metrics shown in a terminal?
>>
Is there a way to watch the metrics in the shell?

=> Two processes: the front takes the requests, the engine host runs llama.cpp. The front outlives an \
engine that dies.
?? front, engine
How is tacho built?
How does tacho work [inside|internally]?
What is the architecture of tacho?
Why are there two processes?
What is the engine host?
[Which|What] processes [are there|does it have|run]?
What are the parts of tacho?
How is [it|the server|tacho] [made|structured|designed]?
What is the front [process|]?
Of which processes is tacho made?
>>
Which processes does tacho consist of?

=> Its requests end with an error, /readyz answers 503 while the engine is started again, and the counters \
keep their values.
?? 503|error
What happens when the engine [dies|crashes|fails]?
What if [the engine|llama.cpp|the model] crashes?
What happens [on|after] a CUDA error?
What does [tacho|the server] do when [the engine|llama.cpp|CUDA] [fails|crashes|dies]?
Is there a restart after a crash?
What happens to [my requests|requests] when the engine [crashes|dies]?
How does [tacho|the server] [handle|survive] [a crash|crashes|a dead engine]?
>>
What does the server do after a crash of the engine?

=> The oldest unused entries are dropped; a request that finds no room waits. A larger --ctx-size needs \
more memory.
?? --ctx-size|memory
What happens when the [KV cache|cache|context] is full?
What if the [KV cache|cache|context] is full?
What does [tacho|the server] do when the [KV cache|cache|memory for the cache] is full?
Is there a problem when the cache [is full|has no room]?
The [KV cache|cache] [is full|has no room]. What happens?
>>
What does tacho do if the KV cache has no more room?

=> Hardly. Each measurement is one plain add into shared memory, so the cost per token is very low.
?? low|Hardly
Does [telemetry|measuring|the telemetry|monitoring] slow [down the server|the server down|it down]?
How expensive is the telemetry?
Is measuring slow?
[What|How much] does the telemetry cost?
[How high|How large] is the overhead of the telemetry?
Do [measurements|metrics|the metrics|the measurements] [cost|make it slow|slow it down|take] [much|time|\
something|]?
What is the [price|cost|overhead] of [measuring|the telemetry|the metrics]?
Is the telemetry [slow|expensive|fast|cheap]?
How much time [does measuring take|do the metrics take]?
>>
Do the measurements make tacho slower?

=> It measures time to first token, time per output token, queue time, batch size, cache use and tokens \
per second.
?? time to first token, tokens per second|queue
What does [the server|tacho] measure?
Which metrics are there?
What can I see in the metrics?
Which values are measured?
What do the metrics [show|tell me]?
What kinds of [metrics|values|numbers|data] [are there|are recorded|are collected|does it have]?
Which numbers does [tacho|the server|it] [record|collect|show|know]?
What is [measured|recorded|shown] [by tacho|in the metrics|]?
>>
What kind of numbers does tacho record?

=> Tacho shows where the time goes for every request, and its measuring costs almost nothing.
?? time, request
Why should I use tacho?
What is special about tacho?
What makes tacho different?
Why tacho?
What is good about tacho?
What are the [strengths|good sides] of [tacho|this server]?
What does tacho do better than others?
Is tacho better than other servers?
What is tacho good for?
For what should I use tacho?
>>
What are the advantages of tacho?

=> A tacho is a speed gauge. The server is named after it, because it measures its own speed.
?? gauge|speed
What does the name tacho mean?
Why is it called tacho?
Where does the name come from?
Why the name tacho?
What is the [meaning|origin] of the [name|word] [tacho|]?
How did [tacho|it|the server] get its name?
Why did you choose the name tacho?
Is tacho short for something?
>>
Where does the word tacho come from?

=> tacho runs on Linux and needs Node 20.17 or newer, a C++ compiler, make, CMake, Python and git.
?? Node
What does tacho need?
[What|Which] [Node version|version of Node] do I need?
What do I have to install?
[On which|Which] [systems|system] does tacho run [on|]?
What are the requirements?
Does it run on Linux?
[What|Which] software [is needed|do I need|must be installed]?
Which [version of Node|Node] [is needed|must I have|does it need]?
Is [Windows|macOS|Linux] supported?
What must be installed [first|before]?
What are the prerequisites?
>>
Which software has to be installed for tacho?

=> Run npm test.
?? npm test
How do I run the tests?
How can I test tacho?
[Which|What] command runs the tests?
How are [the tests|tests] run?
What is the command for the tests?
Is there a test suite?
I want to run the tests.
>>
How are the tests started?

=> Grafana dashboards and Kubernetes manifests are in the deploy folder. npm run monitoring:up starts a \
local Prometheus.
?? deploy|Grafana
Are there dashboards?
Is there a Grafana dashboard?
[How do I|How can I] [use|get|find] [the dashboards|a dashboard|Grafana dashboards]?
Can I run it on Kubernetes?
What does npm run monitoring:up do?
Where [are|do I find] [the dashboards|dashboards|the Kubernetes manifests|manifests]?
Is there [something|anything] for [Grafana|Kubernetes]?
Are there [files|manifests] for Kubernetes?
How do I start a local Prometheus?
I want a dashboard.
>>
Where are the dashboards for Grafana?

=> I was made by the people who build the tacho server.
?? tacho
Who made tacho?
Who made you?
Who created you?
Who built this?
Who [trained|wrote|developed] you?
Who is your [maker|author|creator]?
By whom were you [built|trained|written|created]?
Which [company|people] [made|built] you?
Are you made by [OpenAI|Google|Meta]?
>>
By whom were you made?

=> I am very small and I make mistakes. For real work, load a bigger GGUF with --model.
?? small, --model
What are your limits?
What can you not do?
Are you smart?
How good are you?
Are you as good as GPT?
Can I trust you?
[Are your answers|Is what you say] [right|correct|true]?
Do you make mistakes?
Are you [reliable|intelligent|clever|good]?
How [clever|smart|exact] [are you|are your answers]?
Can I [use|rely on] you for [my work|real work|something important]?
What are you bad at?
Is your answer always right?
>>
How reliable are your answers?
Should I use you for real work?

=> I have about five million parameters, and my file is about eleven megabytes.
?? five million
How big are you?
How many parameters do you have?
What is your size?
How large [is your model|are you|is this model]?
[What|How large] is [your number|the number] of parameters?
How many [weights|parameters] [are there|does this model have|has this model]?
How large is your file?
Are you a [big|small|large] model?
>>
What number of parameters has this model?

=> I was trained on text that was written by small scripts: stories, questions, lists and tool calls.
?? scripts
What data were you trained on?
How were you trained?
Where does your training text come from?
What did you learn from?
On [what|which] data [were you trained|did you learn]?
What [text|texts|data] did you [learn from|read|see]?
Which data was used for your training?
Did you read the internet?
>>
On which texts were you trained?

=> I can tell short stories, answer questions about this server, count, do simple sums, call tools and \
write JSON.
?? stories, tools
What can you do?
What can I ask you?
How can you help me?
What are you good at?
Help
Help me.
help
What do you know?
What are you able to do?
What are your [abilities|functions|talents]?
Which [things|tasks] can you do?
Tell me what you can do.
What kind of [questions|tasks] can I give you?
What [do you do|are you for]?
>>
Which things can you do for me?
What are your skills?

=> My context is 4096 tokens long.
?? 4096
How long is your context?
[What|How big|How large] is your context [window|length|size]?
How many tokens can you read?
How [large|big|long] is [the|your] context window?
How much text [can you read|fits into your context]?
What is the longest [text|prompt] that you can read?
How many tokens [do you have|fit in your context]?
>>
How many tokens fit into your context?

=> Try this: "Tell me a story about a robot." Then look at /metrics.
?? story, /metrics
What should I try first?
Give me an example.
What should I ask?
What is a good first question?
What [can|could|shall] I [try|ask|do] first?
Do you have an [idea|example] for me?
Suggest [something|a question|a prompt].
What would be a good first [prompt|request]?
>>
Could you suggest a first request?

=> I am Tacho Mini, a tiny demo model that comes with the tacho server.
?? Tacho Mini
Who are you?
who are you
What are you?
what are you?
Introduce yourself.
Tell me about yourself.
Are you a robot?
Are you an AI?
Are you human?
Are you ChatGPT?
Which model are you?
What model is this?
[Who|What] am I talking to?
Which [language model|model] [is this|are you|answers here]?
Please tell me who you are.
With [whom|what] am I [talking|speaking|chatting]?
Say who you are.
Are you a [language model|chatbot|program|person|bot]?
What kind of model are you?
>>
Please introduce yourself.
Which language model am I speaking with?

=> My name is Tacho Mini.
?? Tacho Mini
What is your name?
What's your name?
Do you have a name?
what is your name
How should I call you?
Tell me your name.
What do people call you?
May I know your name?
>>
How are you called?
"""

TERMS_TEXT = r"""
tacho|Tacho|the tacho server = llama.cpp|telemetry = Tacho is a Node.js server for language models. It \
uses llama.cpp on the GPU and has built-in, low-overhead telemetry.
TTFT|time to first token|TTFT in tacho = first token = TTFT means time to first token: the time from the \
arrival of a request until the first token of the answer is ready.
TPOT|time per output token|inter-token latency = between two tokens = TPOT means time per output token: \
the average time between two tokens of an answer.
a KV cache|the KV cache|KV cache = keys and values = The KV cache keeps the keys and values of tokens that \
were already read, so the model does not compute them again.
prefix caching|prompt caching|prefix reuse = same tokens = Prefix caching reuses the KV cache when a new \
prompt starts with the same tokens as an older one, so less of the prompt must be read.
batch merging|continuous batching|dynamic batching|batching = join = Continuous batching lets requests \
join and leave the batch at every step. It raises throughput a lot.
/metrics|the /metrics endpoint|the metrics page = Prometheus = /metrics is a page with counters, gauges \
and histograms in the Prometheus text format.
Prometheus|prometheus = monitoring = Prometheus is a monitoring system that collects numbers from servers \
at fixed intervals and stores them over time.
Grafana|grafana = dashboards = Grafana is a tool that draws dashboards from data such as Prometheus metrics.
a token|tokens|token = piece of text = A token is a small piece of text, often a word or a part of a word. \
Models read and write tokens.
a tokenizer|tokenization|the tokenizer = cuts text = A tokenizer cuts text into tokens and turns tokens \
back into text.
GGUF|a GGUF file|the GGUF format = file format = GGUF is the file format of llama.cpp. One file holds the \
weights, the tokenizer and the settings of a model.
llama.cpp|the llama.cpp library = library = llama.cpp is an open-source C++ library that runs language \
models on CPUs and GPUs.
quantization|quantisation|a quantized model = fewer bits = Quantization stores the weights with fewer \
bits, so a model needs less memory and runs faster, with a small loss of quality.
Q8_0|the Q8_0 format = 8-bit = Q8_0 stores weights as 8-bit numbers in blocks of 32 with one scale per \
block.
Q4_K_M|Q4_K = 4.8 bits = Q4_K_M is a format with about 4.8 bits per weight. It is a common choice for big \
models.
a GPU|GPU = processor = A GPU is a processor that does many calculations at the same time. It makes \
language models fast.
VRAM|GPU memory = memory of the GPU = VRAM is the memory of the GPU. The weights and the KV cache must fit \
into it.
latency|the latency = time that one request = Latency is the time that one request takes.
throughput|the throughput = per second = Throughput is how much work is done per second, for example \
tokens per second over all requests.
p99|the p99 latency|p99 latency = 99 = p99 means that 99 percent of the requests were faster than this \
value.
p95|the p95 latency|p95 latency = 95 = p95 means that 95 percent of the requests were faster than this \
value.
the median|p50|the p50 = middle = The median, or p50, is the middle value: half of the requests were \
faster and half were slower.
a histogram|histograms = bucket = A histogram counts how many values fall into each range, called a bucket.
a counter|counters = only goes up = A counter is a metric that only goes up, such as the number of requests.
a gauge|gauges = up and down = A gauge is a metric that can go up and down, such as the number of active \
requests.
a span|a trace|tracing = span = A trace shows what happened to one request. Each step of it is called a \
span.
telemetry|native telemetry = data about = Telemetry is data about how a system runs: times, counts and \
sizes.
the telemetry module|the native module = native = The telemetry module is a small native part of the \
server that records times with very little overhead.
streaming|SSE|server-sent events = as soon as = With streaming, the server sends each token as soon as it \
is ready, as server-sent events.
a prompt|the prompt = text that you give = A prompt is the text that you give to the model.
prefill|the prefill phase|prompt processing = reads the prompt = Prefill is the phase in which the model \
reads the prompt. All prompt tokens are processed in large batches.
decode|decoding|the decode phase = one token at a time = Decode is the phase in which the model writes the \
answer, one token at a time.
the context length|context size|the context window = number of tokens = The context length is the largest \
number of tokens that the model can look at, prompt and answer together.
temperature|the temperature setting = random = Temperature controls how random the answer is. Zero always \
takes the most likely token.
top_p|top-p|nucleus sampling = add up = top_p keeps only the most likely tokens whose probabilities add up \
to p.
top_k|top-k = k most likely = top_k keeps only the k most likely tokens before one is drawn.
min_p|min-p = likeliest = min_p drops tokens that are much less likely than the likeliest one.
max_tokens|the max_tokens setting = limits the length = max_tokens limits the length of the answer in \
tokens.
a seed|the seed = random numbers = The seed starts the random numbers. The same seed and prompt give the \
same answer.
the finish reason|finish_reason = why an answer ended = The finish reason says why an answer ended: stop, \
length or tool_calls.
a tool call|tool calling|function calling = function = In a tool call, the model asks your program to run \
a function and gives its name and arguments as JSON.
JSON mode|structured output|a JSON schema = valid JSON = With structured output, a grammar makes sure that \
the answer is valid JSON of the given shape.
a grammar|grammars = may come next = A grammar limits which tokens may come next, so the answer always has \
the right form.
an embedding|embeddings = list of numbers = An embedding is a list of numbers that stands for a text. \
Similar texts have similar numbers.
a language model|an LLM|LLM = guess the next token = A language model is a program that has learned from \
text to guess the next token.
attention|self-attention = tokens before = Attention lets each token look at the tokens before it and take \
what is useful from them.
a transformer|transformers = neural network = A transformer is a kind of neural network made of attention \
and feed-forward layers.
speculative decoding|a draft model = guesses = In speculative decoding, a small model guesses some tokens \
and the big model checks them all at once.
the queue|queue time|request queue = free slot = The queue holds requests that wait for a free slot. Queue \
time is part of TTFT.
a slot|slots = one running request = A slot is a place for one running request and its part of the KV cache.
a LoRA adapter|LoRA = adapter = A LoRA adapter is a small file that changes a model without replacing its \
weights.
reranking|a reranker = score = Reranking gives each document a score for a query, so that the best ones \
come first.
CUDA|cuda = NVIDIA = CUDA is the software from NVIDIA for computing on its GPUs.
Node.js|node = JavaScript = Node.js runs JavaScript outside of the browser. This server is written for it.
TypeScript|typescript = types = TypeScript is JavaScript with types. The server is written in it.
an API|the API = programs = An API is a set of calls that programs use to talk to each other.
a chat template|the chat template = list of messages = A chat template turns a list of messages into the \
one text that the model reads.
an EOS token|the EOS token = end of an answer = The EOS token marks the end of an answer.
tokens per second|generation speed = how fast = Tokens per second says how fast the model writes.
overhead|telemetry overhead = extra time = Overhead is extra time that is not useful work. The telemetry \
here tries to have almost none.
tacho mini|Tacho Mini|your model|this model = tiny = I am Tacho Mini, a tiny demo model that comes with \
the tacho server.
"""
TERM_QUESTIONS = phrases(
    """
What is {term}?
What is {term}?
What is {term}?
What does {term} mean?
What does {term} do?
Explain {term}.
Can you explain {term}?
Explain {term} in one sentence.
Define {term}.
Tell me about {term}.
what is {term}
what's {term}?
I do not know what {term} is. Can you help?
Please explain {term}.
What do you know about {term}?
What is meant by {term}?
In short, what is {term}?
Help me understand {term}.
What are {term}?
Why do I need {term}?
""",
    """
Could you tell me what {term} is?
Give me a short definition of {term}.
I have never heard of {term}. What is it?
Describe {term} for a beginner.
""",
)


@dataclass(frozen=True)
class Fact:
    """judged: all of these have to be in the answer, each a tuple of alternatives."""

    answer: str
    judged: tuple
    questions: Phrases


def judgement(text, between):
    return tuple(tuple(part.strip() for part in words.split('|')) for words in text.split(between))


def read_facts():
    facts = []
    for block in unwrapped(FACTS_TEXT).split('\n\n'):
        answer, judged, *lines = block.split('\n')
        train, held_out = '\n'.join(lines).split('\n>>\n')
        facts.append(Fact(answer[3:], judgement(judged[3:], ','), phrases(train, held_out)))
    return facts


def read_terms():
    """A fact for each term: its questions are the frames, filled with its names."""
    facts = []
    for line in unwrapped(TERMS_TEXT).split('\n'):
        names, judged, answer = line.split(' = ', 2)
        sides = [
            [frame.replace('{term}', name) for frame in lines for name in names.split('|')]
            for lines in (TERM_QUESTIONS.train, TERM_QUESTIONS.held_out)
        ]
        facts.append(Fact(answer, judgement(judged, '&'), Phrases(*map(tuple, sides))))
    return facts


FACTS, TERMS = read_facts(), read_terms()
# How people differ in writing: what is done to a question, and how often.
STYLES = (
    ('lower', 7),
    ('bare', 7),
    ('lower bare', 5),
    ('opened', 11),
    ('closed', 5),
    ('other words', 16),
    ('other words lower', 3),
    ('keywords', 7),
    ('', 39),
)
OPENINGS = (
    *('Hey, ', 'Hello, ', 'Quick question: ', 'Please tell me: ', 'One more question: ', 'I am new here. '),
    *(
        'Tell me, ',
        'Say, ',
        'Can you tell me this: ',
        'I would like to know: ',
        'I wonder: ',
        'Do you know? ',
    ),
    *('Could you help me? ', 'I have a question. ', 'Please explain: ', 'Excuse me, ', 'Dear tacho, '),
)
CLOSINGS = (
    ' Thanks.',
    ' Please be brief.',
    ' Thank you!',
    ' Please.',
    ' Can you explain that?',
    ' I need to know.',
)
# Words that may stand for each other in a question.
SYNONYMS = [group.split('/') for group in unwrapped("""
start/launch/run/boot/bring up, stop/end/quit/shut down/terminate, use/employ/work with/make use of,
change/set/configure/adjust/alter/modify, get/receive/obtain/fetch, see/view/look at/watch/find,
show/tell/display/give, explain/describe/clarify, make/create/build/produce, choose/select/pick,
need/require/want, many/several/multiple, big/large/huge, bigger/larger, small/little/tiny,
fast/quick/rapid, slow/sluggish, faster/quicker, server/program/service, answer/response/reply,
answers/responses/replies, request/query/call, requests/queries/calls, add/insert/attach,
turn on/enable/activate/switch on, turn off/disable/switch off, load/open/read in, allowed/possible/permitted,
path/route/endpoint/address, flag/option/setting/switch, happens/occurs/takes place, possible/feasible,
machine/computer/host, error/problem/failure/fault, text/message, number/count/amount,
send/submit/post, list/enumerate, called/named, works/functions, support/handle/allow,
high/large, limit/maximum, free/without cost, docs/documentation/manual/guide, wait/stay, measure/record/track
""").replace('\n', ' ').split(', ')]
ALTERNATIVES = {word: group for group in SYNONYMS for word in group}
STOP_WORDS = set(
    """how do does i can you what which is are the a an to of in for my it this that where why who your me
please be there on with by as tell about when one not""".split()
)


def other_words(source, question):
    """Some words replaced by others of about the same meaning."""
    return re.sub(
        r"[A-Za-z][A-Za-z']*(?: up| on| off)?",
        lambda found: (
            source.pick(ALTERNATIVES[found[0]])
            if found[0] in ALTERNATIVES and source.chance(0.5)
            else found[0]
        ),
        question,
    )


def keywords(question):
    """What people type into a search field."""
    kept = [word for word in question.rstrip('?.!').split() if word.lower() not in STOP_WORDS]
    return ' '.join(kept)


def styled(source, question):
    """The evaluation's questions stay as they are."""
    if source.held_out or len(question) < 12:
        return question
    style = source.weighted(STYLES)
    if 'other words' in style:
        question = other_words(source, question)
    if style == 'keywords' and len(keywords(question).split()) > 1:
        question = keywords(question)
    if 'lower' in style:
        question = question.lower()
    if 'bare' in style:
        question = question.rstrip('?.!')
    if style == 'opened':
        question = source.pick(OPENINGS) + question
    return question + source.pick(CLOSINGS) if style == 'closed' else question


def fact(source):
    return source.pick(FACTS) if source.chance(0.6) else source.pick(TERMS)


def plain(question):
    return ' '.join(re.findall(r'[\w/.+-]+', question.lower()))


HELD_OUT = {plain(question) for fact in FACTS + TERMS for question in fact.questions.held_out}


def ask(source, known):
    """A question of this side, however it is written."""
    question = styled(source, ' '.join(source.phrase(known.questions).split()))
    return ask(source, known) if not source.held_out and plain(question) in HELD_OUT else question


def question(source):
    known = fact(source)
    return ask(source, known), known.answer


def is_right(known, answer):
    """Whether an answer holds what it is judged by."""
    lower = answer.lower()
    return all(any(word.lower() in lower for word in words) for words in known.judged)
