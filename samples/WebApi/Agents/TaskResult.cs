namespace Larder.Samples.WebApi.Agents;

internal sealed record TaskResult(string Output, bool Succeeded);
