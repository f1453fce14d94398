// Only a Node.js that is new enough reads this file: older ones may not know `import()`.
import('../cli/main.js')
