using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class WriteOffDay : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "WrittenOffAtUtc",
                table: "Invoice",
                type: "bigint",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "WrittenOffAtUtc",
                table: "Invoice");
        }
    }
}
