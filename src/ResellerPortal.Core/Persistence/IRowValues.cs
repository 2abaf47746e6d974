namespace ResellerPortal.Core.Persistence;

/// <summary>
/// Receives a row's values in order, as the database stores them. Common types have their own overloads, so that drivers can bind them
/// without boxing.
/// </summary>
public interface IRowValues
{
    void Add(long value);

    void Add(int value);

    void Add(string? value);

    void Add(byte[]? value);

    /// <summary>Any other value, or null.</summary>
    void Add(object? value);
}

/// <summary>A row's values as objects, for drivers that require boxed parameters.</summary>
public sealed class BoxedValues : IRowValues
{
    private readonly List<object?> _values = [];

    public static IEnumerable<object?[]> FromRows(BulkStep step)
    {
        var boxed = new BoxedValues();
        for (var row = 0; row < step.Count; row++)
        {
            boxed._values.Clear();
            step.AddValues(row, boxed);
            yield return boxed._values.ToArray();
        }
    }

    public void Add(long value) => _values.Add(value);

    public void Add(int value) => _values.Add(value);

    public void Add(string? value) => _values.Add(value);

    public void Add(byte[]? value) => _values.Add(value);

    public void Add(object? value) => _values.Add(value);
}
