using System.Collections;
using System.Data.Common;
using System.Globalization;
using SQLitePCL;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// The current row of a native statement, for readers generated from the EF model. Supports only the types of the ledger's tables; the
/// driver's reader costs more per row than SQLite itself.
/// </summary>
internal sealed class RawRow(sqlite3_stmt statement) : DbDataReader
{
    public override int FieldCount => raw.sqlite3_column_count(statement);

    public override int Depth => 0;

    public override bool HasRows => true;

    public override bool IsClosed => false;

    public override int RecordsAffected => -1;

    public override object this[int ordinal] => throw Unread();

    public override object this[string name] => throw Unread();

    public override bool IsDBNull(int ordinal) => raw.sqlite3_column_type(statement, ordinal) == raw.SQLITE_NULL;

    public override long GetInt64(int ordinal) => raw.sqlite3_column_int64(statement, ordinal);

    public override int GetInt32(int ordinal) => checked((int)GetInt64(ordinal));

    public override bool GetBoolean(int ordinal) => GetInt64(ordinal) != 0;

    public override string GetString(int ordinal) => raw.sqlite3_column_text(statement, ordinal).utf8_to_string();

    public override T GetFieldValue<T>(int ordinal) =>
        typeof(T) == typeof(byte[]) ? (T)(object)raw.sqlite3_column_blob(statement, ordinal).ToArray()
        : typeof(T) == typeof(DateOnly) ? (T)(object)DateOnly.ParseExact(GetString(ordinal), "yyyy-MM-dd", CultureInfo.InvariantCulture)
        : throw Unread();

    public override bool NextResult() => false;

    public override bool Read() => throw Unread();

    public override byte GetByte(int ordinal) => throw Unread();

    public override long GetBytes(int ordinal, long dataOffset, byte[]? buffer, int bufferOffset, int length) => throw Unread();

    public override char GetChar(int ordinal) => throw Unread();

    public override long GetChars(int ordinal, long dataOffset, char[]? buffer, int bufferOffset, int length) => throw Unread();

    public override string GetDataTypeName(int ordinal) => throw Unread();

    public override DateTime GetDateTime(int ordinal) => throw Unread();

    public override decimal GetDecimal(int ordinal) => throw Unread();

    public override double GetDouble(int ordinal) => throw Unread();

    public override IEnumerator GetEnumerator() => throw Unread();

    public override Type GetFieldType(int ordinal) => throw Unread();

    public override float GetFloat(int ordinal) => throw Unread();

    public override Guid GetGuid(int ordinal) => throw Unread();

    public override short GetInt16(int ordinal) => throw Unread();

    public override string GetName(int ordinal) => throw Unread();

    public override int GetOrdinal(string name) => throw Unread();

    public override object GetValue(int ordinal) => throw Unread();

    public override int GetValues(object[] values) => throw Unread();

    private static NotSupportedException Unread() => new("This type is not used by the ledger's tables.");
}
