namespace Larder.Serialization;

/// <summary>Is told of values that cannot be serialized or read.</summary>
internal interface ISerializationProblems
{
    void CouldNotWrite(Type type, Exception exception);

    void CouldNotRead(Type type, Exception exception);
}
