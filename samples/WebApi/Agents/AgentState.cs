namespace Larder.Samples.WebApi.Agents;

internal sealed record AgentState(string Status, string? Task);
