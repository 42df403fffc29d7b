namespace ApiExplorer.Load;

/// <summary>The application did not start as a child process; it has said why on the error output.</summary>
internal sealed class ServerStartException(string message) : Exception(message);
